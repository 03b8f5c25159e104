import type { TransferReport } from '../weights/transfer.ts'
import type { Dataset } from './batches/dataset.ts'
import type { EpochRow } from './results.ts'

/** What happens while a detector is trained, in this order. */
export type TrainEvent =
  /** While images of the training split are decoded for the first time. */
  | { readonly kind: 'read'; readonly images: number; readonly of: number }
  | { readonly kind: 'data'; readonly train: Dataset; readonly validation: Dataset | undefined }
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'transfer'; readonly transfer: TransferReport }
  | { readonly kind: 'resume'; readonly epoch: number; readonly batch: number; readonly steps: number }
  | {
      readonly kind: 'step'
      /** 1-based, as is `batch`. */
      readonly epoch: number
      readonly batch: number
      readonly batches: number
      readonly loss: number
      /** Of the whole training; undefined as long as there is nothing to judge by. */
      readonly secondsLeft: number | undefined
    }
  | {
      readonly kind: 'epoch'
      readonly row: EpochRow
      readonly epochs: number
      readonly secondsLeft: number | undefined
    }
  | { readonly kind: 'end'; readonly status: TrainStatus; readonly reason: string }

/** `completed`: all epochs; `early`: patience ran out; `time`: max_minutes passed; `interrupted`: the signal came. */
export type TrainStatus = 'completed' | 'early' | 'time' | 'interrupted'
