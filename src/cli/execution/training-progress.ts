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

/** Reads `Epoch 2 of 6, batch 7 of 20: loss 2.913, about 3m 05s left`, printed within an epoch; undefined for any other line. */
export function readStepLine(message: string): { readonly detail: string; readonly fraction: number } | undefined {
  const match = /^Epoch (\d+) of (\d+), batch (\d+) of (\d+): loss (\d+(?:\.\d+)?)(, about .+ left)?/.exec(message)
  if (!match) return undefined
  const [epoch, epochs, batch, batches, loss] = match.slice(1, 6).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ]
  return {
    detail: `epoch ${epoch}/${epochs}, batch ${batch}/${batches}, loss ${loss.toFixed(2)}${match[6] ?? ''}`,
    fraction: (epoch - 1 + batch / batches) / epochs,
  }
}

/**
 * How far a training is, from the last lines that its job printed, the newest last.
 *
 * @param epochs of the whole training, where that is known
 */
export function trainingState(
  lines: readonly string[],
  epochs: number | undefined,
): { readonly detail: string; readonly fraction?: number } {
  const last = lines.at(-1) ?? ''
  const within = readStepLine(last)
  if (within) return within
  const metric = lines
    .toReversed()
    .map((line) => readMetricLine(line))
    .find((found) => found !== undefined)
  if (metric?.epoch === undefined) return { detail: last }
  if (epochs === undefined) return { detail: metric.detail }
  return { detail: metric.detail.replace(/^epoch (\d+)/, `epoch $1/${epochs}`), fraction: metric.epoch / epochs }
}
