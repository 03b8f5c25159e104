import { writeJsonAtomic } from '../../core/files.ts'
import type { Latency } from '../../deploy/invoke.ts'

export interface StageRecord {
  readonly name: string
  readonly status: 'done' | 'failed' | 'interrupted'
  readonly seconds: number
  /** What was found, or why it failed. */
  readonly detail?: string
}

export interface ViolationCount {
  readonly violations: number
  readonly features: readonly string[]
  readonly images: number
  readonly jobName: string
}

/** `report.json`: what one quickstart really did. Parts that it did not reach are absent. */
export interface QuickstartReport {
  readonly startedAt: string
  readonly succeeded: boolean
  /** From the command to the end, installation included. */
  readonly elapsedSeconds: number
  readonly error?: { readonly code: string; readonly message: string }
  readonly stages: readonly StageRecord[]
  readonly dataset?: {
    /** `synthetic`, or the folder that was given. */
    readonly source: string
    readonly images: number
    readonly boxes: number
    readonly classes: readonly string[]
    readonly contentHash: string
  }
  readonly training?: {
    readonly engine: string
    readonly imagesPerSecond: number
    readonly epochs: number
    readonly finalLoss: number
    readonly seconds: number
  }
  readonly evaluation?: {
    readonly map50: number
    readonly map50_95: number
    readonly images: number
    readonly perClass: Readonly<
      Record<string, { readonly ap50: number; readonly ap50_95: number; readonly boxes: number }>
    >
    /** mAP50 over the classes with at least five boxes. */
    readonly map50OfFrequentClasses: number
  }
  readonly pipelineExecutionArn?: string
  readonly modelPackageArn?: string
  readonly endpoint?: { readonly name: string } & Latency
  readonly monitor?: { readonly clean?: ViolationCount; readonly shifted?: ViolationCount }
  readonly alert?: { readonly file: string }
  readonly retraining?: { readonly pipelineExecutionArn: string; readonly status: string; readonly stopped: boolean }
  readonly accessDenied?: {
    readonly action: string
    readonly principal: string
    readonly statement: string
    readonly message: string
  }
  /** Files for a person to look at. */
  readonly lookAt?: Readonly<Record<string, string>>
}

export async function writeReport(path: string, report: QuickstartReport): Promise<void> {
  await writeJsonAtomic(path, report)
}
