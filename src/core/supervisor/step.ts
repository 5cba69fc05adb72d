import { formatMs } from '../text/span.ts'
import type { Moment, ServiceEvent } from '../service/event.ts'
import { pidOf } from '../service/state.ts'
import { alsoAffected } from './also-affected.ts'
import { describeAlso } from './cascade-words.ts'
import { noteLosses, payDebts } from './cascade.ts'
import { COMMAND } from './command.ts'
import { describeRequest } from './request-words.ts'
import { giveUpCommand, noteCommandWait } from './command-wait.ts'
import { openDraft, closeDraft, advance, setStopSignal, tell, type Draft } from './draft.ts'
import type { SupervisorEffect } from './effect.ts'
import type { ForServices, SupervisorEvent } from './event.ts'
import { passOn } from './pass-on.ts'
import { settle } from './settle.ts'
import { beginShutdown, endPatience, noteEnd, noteEssentialEnd, noteNothingLeft, noteSignal } from './shutdown.ts'
import type { Supervisor } from './state.ts'
import { areAllWell } from './well.ts'
import { wishDown, wishRestart, wishUp } from './wishes.ts'

/** What an event makes of the set, and what is to be done about it, in this order. */
export interface SupervisorStep {
  readonly supervisor: Supervisor
  readonly effects: readonly SupervisorEffect[]
}

/**
 * The theory of operation.
 *
 * Everything that happens, a dead process, a timer, a request, is an event; events come one at a time. First the event
 * changes what it is about: one service (`transition`), or wishes, which spread along the graph. Then the set settles:
 * a service that is wanted up starts once its conditions hold, one that is wanted down stops once all that stand on it
 * are down, and each change is looked at by its neighbours until nothing changes. What is to be done comes out as plain
 * data, in order, and is performed elsewhere; whatever comes of it is again an event.
 *
 * What a running service stands on may be lost: it crashes, is stopped, becomes unhealthy. A loss is a condition that
 * held before a change and does not after; what it does is said by the edge. `stop` turns the dependent's wish to
 * `restart` in the same step, so that it is down before what it lost is stopped in order. `restart` is a debt of the
 * dependent, paid by the same wish when what it lost is there again; who stands on one with a debt is paid after that
 * one, so that one loss restarts each once. Both ends in the wish `restart`, which is itself a loss to those above, and
 * so through chains of any length. A debt is paid by a run that begins with what was lost: mostly the next one, since it
 * waits for its conditions; who can do without may begin without, and still owes.
 *
 * A shutdown is nothing special: the wish `down` for all, from which there is no way back. It ends the supervisor when
 * nothing is alive. The foreground command is nothing special either: a service that depends on all others and whose
 * end shuts down, so that it starts last, is told first, and gives the status.
 */
export function step(supervisor: Supervisor, event: SupervisorEvent, moment: Moment): SupervisorStep {
  if (supervisor.phase.kind === 'ended') return { supervisor, effects: [] }
  const draft = openDraft(supervisor, moment)
  apply(draft, event)
  // Many an event moves nobody: an answer to a question for readiness, what comes late of an earlier run.
  if (event.kind === 'service' && draft.changed.size === 0) {
    return { supervisor: closeDraft(draft), effects: draft.effects }
  }
  // Before the set settles: what waited for an end that takes everything down must not start on it.
  noteEssentialEnd(draft)
  settleAll(draft)
  if (noteNothingLeft(draft)) settle(draft)
  noteCommandWait(draft, event)
  noteWellBeing(draft)
  noteEnd(draft)
  return { supervisor: closeDraft(draft), effects: draft.effects }
}

function apply(draft: Draft, event: SupervisorEvent): void {
  switch (event.kind) {
    case 'begun':
      begin(draft)
      return
    case 'service':
      // At the end of all nothing has a next time, and nobody is ended out of turn for being ill.
      if (draft.phase.kind === 'stopping' && isOutOfTurn(event.event)) return
      advance(draft, event.service, event.event)
      return
    case 'start-requested':
    case 'stop-requested':
    case 'restart-requested':
      // A shutdown is the last word.
      if (draft.phase.kind === 'supervising') answer(draft, event)
      return
    case 'reload-requested':
    case 'signal-requested':
      answer(draft, event)
      return
    case 'shutdown-requested':
      if (event.signal !== undefined) setStopSignal(draft, COMMAND, event.signal)
      requestShutdown(draft, event)
      return
    case 'shutdown-timeout-expired':
      endPatience(draft, `shutdown.timeout (${formatMs(draft.shutdownTimeoutMs ?? 0)}) is over`)
      return
    case 'command-timeout-expired':
      giveUpCommand(draft)
      return
    case 'signal-received':
      passOn(draft, event.signal)
      return
    case 'terminal-lost':
      loseTerminal(draft)
      return
  }
}

/** Does what somebody asks of some services. */
function answer(draft: Draft, event: ForServices): void {
  tell(draft, describeRequest(event))
  switch (event.kind) {
    case 'start-requested':
      wishUp(draft, event)
      return
    case 'stop-requested':
      announce(draft, 'stop', event.services)
      wishDown(draft, event)
      return
    case 'restart-requested':
      announce(draft, 'restart', event.services)
      wishRestart(draft, event)
      return
    case 'reload-requested':
      for (const name of event.services) advance(draft, name, { kind: 'reload-requested' })
      return
    case 'signal-requested':
      for (const name of event.services) advance(draft, name, { kind: 'signal-requested', signal: event.signal })
      return
  }
}

function isOutOfTurn({ kind }: ServiceEvent): boolean {
  return kind === 'health-checked' || kind === 'schedule-due'
}

type ShutdownRequest = Extract<SupervisorEvent, { kind: 'shutdown-requested' }>

function requestShutdown(draft: Draft, event: Omit<ShutdownRequest, 'kind'>): void {
  const { by, status, insist } = event
  if (draft.phase.kind === 'supervising') {
    beginShutdown(draft, { kind: 'requested', by, status }, insist ? 'signalled' : 'orderly')
  } else if (insist) noteSignal(draft, by)
}

/**
 * Nobody is there any more for whom all of this runs. The kernel tells the leader of the terminal's session alone, which
 * is to tell the others: we may be that. So the command is told, and decides; without one everything goes down.
 */
function loseTerminal(draft: Draft): void {
  const command = draft.members.get(COMMAND)
  if (command !== undefined && pidOf(command.service.state) !== null) {
    advance(draft, COMMAND, { kind: 'signal-requested', signal: 'SIGHUP' })
  } else {
    requestShutdown(draft, { by: 'SIGHUP: the terminal is gone', status: 0, insist: false })
  }
}

function begin(draft: Draft): void {
  for (const name of draft.members.keys()) {
    draft.changed.add(name)
    advance(draft, name, { kind: 'begun' })
  }
}

/** Who asks for something has to know whom it takes along. */
function announce(draft: Draft, kind: 'stop' | 'restart', services: readonly string[]): void {
  const known = services.filter((name) => draft.members.has(name))
  const also = alsoAffected(draft, kind, known)
  tell(draft, describeAlso(kind, known, also))
  for (const name of also) draft.announced.add(name)
}

/** Wishes spread first: who goes down for what another lost does so before that one is stopped. */
function settleAll(draft: Draft): void {
  noteLosses(draft)
  payDebts(draft)
  do {
    noteLosses(draft)
    settle(draft)
  } while (payDebts(draft) || draft.losses.length > 0)
}

function noteWellBeing(draft: Draft): void {
  const allWell = draft.phase.kind === 'supervising' && areAllWell(draft.members.values())
  if (allWell === draft.allWell) return
  draft.allWell = allWell
  // Whoever finds the file may rely on it: it goes before anything is told to stop, and comes when all is done.
  if (allWell) draft.effects.push({ kind: 'set-ready-file', presence: 'present' })
  else draft.effects.unshift({ kind: 'set-ready-file', presence: 'absent' })
}
