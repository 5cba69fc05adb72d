/** Whether an error is the system's refusal, with an errno such as `ENOENT` as its code. */
export function isErrno(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string'
}
