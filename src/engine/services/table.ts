import type { ServerResponse } from 'node:http'
import type { KeyLookup } from '../auth/verify.ts'
import type { Engine } from '../engine.ts'
import type { WireRequest } from '../wire/http-request.ts'
import type { SchemaService } from '../wire/operation.ts'

/** A service once its module is loaded, with the background work that belongs to it. */
export interface LoadedService {
  readonly service: SchemaService
  /** Starts workers, and takes up what a crash has left. */
  start?(): Promise<void> | void
  /** Ends workers; returns when none is at work any more. */
  stop?(): Promise<void> | void
  /** Answers a request below {@link ServiceEntry.ownPath}, which has no signature checked yet. Every failure is answered. */
  answerOwn?(request: WireRequest, response: ServerResponse, keys: KeyLookup): Promise<void>
}

export interface ServiceEntry {
  /** Name for people, e.g. in `COVERAGE.md`. */
  readonly name: string
  readonly signingName: string
  readonly protocol: SchemaService['protocol']
  /** Whether it works in the background, and so must be loaded when the engine starts. Others load at their first call. */
  readonly hasWorkers: boolean
  /** Paths of its own, which are no part of an AWS API: everything that begins so. */
  readonly ownPath?: string
  load(engine: Engine): Promise<LoadedService>
}

/**
 * Every service of the engine but S3, which has a wire of its own. SDK client modules are heavy: they are imported
 * by `load` only.
 */
export const SERVICES: readonly ServiceEntry[] = [
  {
    name: 'sts',
    signingName: 'sts',
    protocol: 'awsQuery',
    hasWorkers: false,
    load: async () => (await import('./sts/service.ts')).createStsService(),
  },
  {
    name: 'iam',
    signingName: 'iam',
    protocol: 'awsQuery',
    hasWorkers: false,
    load: async () => (await import('./iam/service.ts')).createIamService(),
  },
  {
    name: 'logs',
    signingName: 'logs',
    protocol: 'awsJson1_1',
    hasWorkers: false,
    load: async (engine) => (await import('./logs/service.ts')).createLogsService(engine),
  },
  {
    name: 'events',
    signingName: 'events',
    protocol: 'awsJson1_1',
    hasWorkers: true,
    load: async (engine) => (await import('./events/service.ts')).createEventsService(engine),
  },
  {
    name: 'sns',
    signingName: 'sns',
    protocol: 'awsQuery',
    hasWorkers: true,
    load: async (engine) => (await import('./sns/service.ts')).createSnsService(engine),
  },
  {
    name: 'sagemaker',
    signingName: 'sagemaker',
    protocol: 'awsJson1_1',
    hasWorkers: true,
    ownPath: '/_skyloop/labeling/',
    load: async (engine) => (await import('./sagemaker/service.ts')).createSagemakerService(engine),
  },
  {
    name: 'sagemaker-runtime',
    signingName: 'sagemaker',
    protocol: 'restJson1',
    hasWorkers: false,
    load: async (engine) => (await import('./sagemaker-runtime/service.ts')).createSagemakerRuntimeService(engine),
  },
]
