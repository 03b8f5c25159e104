import { isObject, type Json } from '../../../core/json.ts'
import { SkyloopError } from '../../../core/errors.ts'
import { className } from '../class-map.ts'
import { readJsonLists } from '../json-stream.ts'
import type { LabelLedger } from '../label-issue.ts'
import type { LabelSource, SourceBox, SourceImage, SourceOptions } from '../labelled-image.ts'
import { regionBox, regionLabels } from './region-box.ts'
import { imageName, takenAnnotation } from './task.ts'

/**
 * JSON export of Label Studio, full or "JSON-MIN": a list of tasks with boxes in percent of the image as shown.
 *
 * Of several annotations of a task the one marked as ground truth counts, else the latest that was not cancelled; boxes
 * of the others are reported. A task that was submitted without regions is background; one without an annotation, or
 * with predictions alone, is unknown.
 *
 * @source https://labelstud.io/guide/export.html, "JSON" and "JSON_MIN"; value units: percent of the image
 */
export async function openLabelStudio(path: string, shownAs: string, options: SourceOptions): Promise<LabelSource> {
  const names = new Set<string>()
  for await (const { task } of tasks(path, shownAs)) {
    options.signal?.throwIfAborted()
    for (const region of takenAnnotation(task).regions ?? []) {
      const [label] = regionLabels(region)
      if (label !== undefined && className(label) !== '') names.add(className(label))
    }
  }
  return {
    classes: [...names].sort(),
    images: async function* () {
      for await (const { task, index } of tasks(path, shownAs)) yield readTask(task, index, shownAs, options.ledger)
    },
  }
}

async function* tasks(path: string, shownAs: string): AsyncGenerator<{ task: Record<string, Json>; index: number }> {
  let count = 0
  for await (const { value, index } of readJsonLists(path, shownAs, [''])) {
    if (!isObject(value))
      throw new SkyloopError({ code: 'data.label-studio', message: `${shownAs}: task ${index} is not an object` })
    count++
    yield { task: value as Record<string, Json>, index }
  }
  if (count === 0) throw new SkyloopError({ code: 'data.label-studio', message: `${shownAs} holds no list of tasks` })
}

function readTask(task: Record<string, Json>, index: number, shownAs: string, ledger: LabelLedger): SourceImage {
  const id = typeof task['id'] === 'number' ? task['id'] : index
  const name = imageName(task)
  const place = { file: shownAs, line: 0, text: `task ${id}: ${name ?? ''}` }
  if (name === undefined) {
    throw new SkyloopError({
      code: 'data.label-studio',
      message: `${shownAs}: task ${id} names no image: ${JSON.stringify(task['data'] ?? task).slice(0, 120)}`,
    })
  }
  const { regions, others } = takenAnnotation(task)
  for (const other of others) {
    ledger.issue('older-labels', 'none', place)
    for (const region of other) {
      ledger.read()
      ledger.issue('older-labels', 'dropped', { ...place, text: describe(id, region) })
    }
  }
  const boxes: SourceBox[] = []
  let sizePx: readonly [number, number] | undefined
  for (const region of regions ?? []) {
    ledger.read()
    const here = { ...place, text: describe(id, region) }
    const found = regionBox(region, (kind, outcome) => ledger.issue(kind, outcome, here))
    if (!found) continue
    sizePx ??= found.sizePx
    boxes.push({ className: found.className, boxXyxy: found.boxXyxyNorm, traits: found.traits, place: here })
  }
  const isLost = regions !== undefined && regions.length > 0 && boxes.length === 0
  if (isLost) ledger.issue('all-lost', 'none', place)
  if (regions === undefined) ledger.issue('not-annotated', 'none', place)
  return {
    name,
    split: undefined,
    ...(sizePx ? { statedSizePx: sizePx } : {}),
    unit: 'fractions',
    boxes: isLost ? undefined : regions && boxes,
    place,
  }
}

function describe(id: number, region: Readonly<Record<string, unknown>>): string {
  return `task ${id}: ${JSON.stringify(region['value'] ?? region)}`
}
