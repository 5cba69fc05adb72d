import type { YAMLError } from 'yaml'

/**
 * What the YAML parser found, in words for people who do not know its terms.
 *
 * @param found The text that the error is about.
 */
export function explainSyntax(error: Pick<YAMLError, 'code' | 'message'>, found: string): string {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return 'a tab stands where YAML wants spaces; indent with spaces'
    case 'BAD_INDENT':
      return explainIndent(error.message)
    case 'MULTILINE_IMPLICIT_KEY':
      return 'a key must stand on one line; is a ":" missing, or a quote?'
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'a value cannot hold another "key: value" here; mend the indentation, or put quotes around the value'
    case 'BAD_SCALAR_START':
      return `${lowered(error.message)}; put quotes around it`
    case 'TAG_RESOLVE_FAILED':
      return `cannot use the tag "${found}": only "!reset" and "!override" are known here; remove it`
    case 'UNEXPECTED_TOKEN':
      return explainToken(error.message)
    case 'ALIAS_PROPS':
    case 'BAD_ALIAS':
    case 'BAD_COLLECTION_TYPE':
    case 'BAD_DIRECTIVE':
    case 'BAD_DQ_ESCAPE':
    case 'BAD_PROP_ORDER':
    case 'BLOCK_IN_FLOW':
    case 'DUPLICATE_KEY':
    case 'IMPOSSIBLE':
    case 'KEY_OVER_1024_CHARS':
    case 'MISSING_CHAR':
    case 'MULTIPLE_ANCHORS':
    case 'MULTIPLE_DOCS':
    case 'MULTIPLE_TAGS':
    case 'NON_STRING_KEY':
    case 'RESOURCE_EXHAUSTION':
      return lowered(error.message)
  }
}

/** Two mistakes share the code: only the parser's text tells an open bracket from a shifted line. */
function explainIndent(message: string): string {
  const bracket = /end with a (.)/.exec(message)?.[1]
  return bracket === undefined
    ? 'wrong indentation; all entries of one mapping or list start at the same column'
    : `a "${bracket}" is missing before this`
}

function explainToken(message: string): string {
  return message.endsWith('at node end')
    ? 'unexpected text after the value; is a quote or a comma missing?'
    : lowered(message)
}

/** The parser's own text in our form; it may quote the rest of the file. */
function lowered(message: string): string {
  const text = message.length > 120 ? `${message.slice(0, 120)}…` : message
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}
