import { messageOf } from '../../core/errors.ts'
import type { Engine } from '../engine.ts'
import type { SchemaService } from '../wire/operation.ts'
import { SERVICES, type LoadedService, type ServiceEntry } from './table.ts'

/** The services of one running engine, each loaded once, when first needed. */
export interface ServiceRegistry {
  /** Services that sign with this name; `sagemaker` has two, told apart by their protocol. */
  named(signingName: string): readonly ServiceEntry[]
  /** Loads a service and begins its background work, without waiting for that: it may call the service itself. */
  load(entry: ServiceEntry): Promise<SchemaService>
  /** The service to which a path of the engine's own belongs, loaded. */
  owner(path: string): Promise<LoadedService> | undefined
  /** Loads every service that works in the background, and waits until they have taken up what a crash left. */
  startWorkers(): Promise<void>
  stopWorkers(): Promise<void>
}

interface Loading {
  readonly loaded: Promise<LoadedService>
  readonly started: Promise<void>
}

export function createRegistry(engine: Engine): ServiceRegistry {
  const all = new Map<ServiceEntry, Loading>()
  let isStopping = false

  const loadOnce = (entry: ServiceEntry): Loading => {
    const known = all.get(entry)
    if (known !== undefined) return known
    const loaded = entry.load(engine)
    const started = loaded.then(async (service) => {
      if (!isStopping) await service.start?.()
    })
    started.catch((error: unknown) => {
      engine.log.error('a service did not start', { service: entry.name, cause: messageOf(error) })
    })
    const made = { loaded, started }
    all.set(entry, made)
    return made
  }
  return {
    named: (signingName) => SERVICES.filter((entry) => entry.signingName === signingName),
    load: async (entry) => (await loadOnce(entry).loaded).service,
    owner: (path) => {
      const entry = SERVICES.find(({ ownPath }) => ownPath !== undefined && path.startsWith(ownPath))
      return entry && loadOnce(entry).loaded
    },
    startWorkers: async () => {
      for (const entry of SERVICES) if (entry.hasWorkers && !isStopping) await loadOnce(entry).started
    },
    stopWorkers: async () => {
      isStopping = true
      // In the opposite order, as later services use earlier ones.
      for (const { loaded, started } of [...all.values()].toReversed()) {
        await started.catch(() => {})
        const service = await loaded.catch(() => undefined)
        await service?.stop?.()
      }
    },
  }
}
