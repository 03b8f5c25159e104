import type { Engine } from '../../../engine.ts'

const FLUSH_MS = 2_000

/** Invocations of one variant in one minute, under `<endpoint>/<variant>/<minute>`. */
interface InvocationMinute {
  readonly minute: Date
  readonly invocations: number
  readonly clientErrors: number
  readonly serverErrors: number
  /** Time in the container, summed over the minute, in microseconds. */
  readonly modelLatencySumUs: number
  readonly modelLatencyMaxUs: number
}

function invocationMinutes(engine: Engine) {
  return engine.store.collection<InvocationMinute>('sagemaker.endpoint-invocations')
}

/** Counts invocations and their latency, stored every two seconds. */
export interface InvocationMeter {
  count(variant: string, status: number, modelLatencyUs: number): void
  close(): void
}

export function createInvocationMeter(engine: Engine, endpointName: string): InvocationMeter {
  const pending = new Map<string, InvocationMinute>()
  let timer: NodeJS.Timeout | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    engine.store.transaction(() => {
      for (const [id, added] of pending) {
        const stored = invocationMinutes(engine).get(id)
        invocationMinutes(engine).put(id, stored ? sum(stored, added) : added)
      }
    })
    pending.clear()
  }
  return {
    count: (variant, status, modelLatencyUs) => {
      const minute = new Date(Math.floor(engine.clock.now().getTime() / 60_000) * 60_000)
      const id = `${endpointName}/${variant}/${minute.toISOString()}`
      const one: InvocationMinute = {
        minute,
        invocations: 1,
        clientErrors: status >= 400 && status < 500 ? 1 : 0,
        serverErrors: status >= 500 ? 1 : 0,
        modelLatencySumUs: modelLatencyUs,
        modelLatencyMaxUs: modelLatencyUs,
      }
      const before = pending.get(id)
      pending.set(id, before ? sum(before, one) : one)
      timer ??= setTimeout(flush, FLUSH_MS)
    },
    close: flush,
  }
}

function sum(a: InvocationMinute, b: InvocationMinute): InvocationMinute {
  return {
    minute: a.minute,
    invocations: a.invocations + b.invocations,
    clientErrors: a.clientErrors + b.clientErrors,
    serverErrors: a.serverErrors + b.serverErrors,
    modelLatencySumUs: a.modelLatencySumUs + b.modelLatencySumUs,
    modelLatencyMaxUs: Math.max(a.modelLatencyMaxUs, b.modelLatencyMaxUs),
  }
}
