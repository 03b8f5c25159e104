/** What the last metric line of a training job says. */
export interface TrainingProgress {
  readonly detail: string
  /** Epochs done, where the line names one. */
  readonly epoch: number | undefined
  readonly metrics: Readonly<Record<string, number>>
}

/** Reads `epoch=3 train_loss=2.113 val_map50=0.41 ...`; undefined for any other line. */
export function readMetricLine(message: string): TrainingProgress | undefined {
  const metrics: Record<string, number> = {}
  for (const match of message.matchAll(/(?:^|\s)([a-z][a-z0-9_]*)=(-?\d+(?:\.\d+)?(?:e-?\d+)?)(?=\s|$)/gi)) {
    metrics[match[1] as string] = Number(match[2])
  }
  const epoch = metrics['epoch']
  if (epoch === undefined) return undefined
  const parts = [
    `epoch ${epoch}`,
    metrics['train_loss'] === undefined ? '' : `loss ${metrics['train_loss'].toFixed(2)}`,
    metrics['val_map50'] === undefined ? '' : `mAP50 ${metrics['val_map50'].toFixed(3)}`,
    metrics['images_per_second'] === undefined ? '' : `${metrics['images_per_second'].toFixed(1)} images/s`,
  ]
  return { detail: parts.filter(Boolean).join(', '), epoch, metrics }
}
