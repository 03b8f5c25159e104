import { SkyloopError } from '../core/errors.ts'
import { isObject, parseJson } from '../core/json.ts'
import { measureImage } from '../data/profile/measure-image.ts'
import type { CapturedEvent } from './capture.ts'
import { imageRow, type ReportedObject } from './image-features.ts'
import type { Row } from './table.ts'

/** The image that was posted and what is watched of it. */
export interface CapturedImage {
  readonly bytes: Buffer
  readonly row: Row
}

/**
 * Measures the image of a captured invocation together with the answer that the detector gave.
 *
 * @throws SkyloopError `monitor.capture.event` when input or answer is not there or not understood; `data.image.corrupt`
 */
export async function measureCaptured(event: CapturedEvent): Promise<CapturedImage> {
  if (!event.input || !event.output) {
    throw eventError(event, `its ${event.input ? 'output' : 'input'} was not captured`)
  }
  const bytes = event.input.contentType.startsWith('application/json')
    ? imageInJson(event, event.input.bytes)
    : event.input.bytes
  const { objects, classNames } = readAnswer(event, event.output.bytes)
  const image = await measureImage(bytes, `the image of event ${event.eventId}`)
  return { bytes, row: imageRow(image, objects, classNames) }
}

function imageInJson(event: CapturedEvent, body: Buffer): Buffer {
  const value = parseJson(body.toString('utf8'), `the input of event ${event.eventId}`)
  const image = isObject(value) ? value['image'] : undefined
  if (typeof image !== 'string') throw eventError(event, 'its JSON input has no base64 "image"')
  return Buffer.from(image, 'base64')
}

function readAnswer(event: CapturedEvent, body: Buffer): { objects: ReportedObject[]; classNames: string[] } {
  const value = parseJson(body.toString('utf8'), `the output of event ${event.eventId}`)
  const predictions = isObject(value) ? value['predictions'] : undefined
  if (!isObject(value) || !Array.isArray(predictions)) throw eventError(event, 'its output has no "predictions"')
  const objects = (predictions as unknown[]).map((prediction): ReportedObject => {
    const { class: className, confidence, box } = isObject(prediction) ? prediction : {}
    if (typeof className !== 'string' || typeof confidence !== 'number' || !isBox(box)) {
      throw eventError(event, 'a prediction lacks its class, confidence or box')
    }
    return { className, confidence, box }
  })
  const model = value['model']
  const classes: unknown = isObject(model) ? model['classes'] : undefined
  const classNames = Array.isArray(classes) ? classes.map(String) : objects.map(({ className }) => className)
  return { objects, classNames: [...new Set(classNames)] }
}

function isBox(value: unknown): value is [number, number, number, number] {
  return Array.isArray(value) && value.length === 4 && value.every((side) => typeof side === 'number')
}

function eventError(event: CapturedEvent, what: string): SkyloopError {
  return new SkyloopError({ code: 'monitor.capture.event', message: `event ${event.eventId} cannot be used: ${what}` })
}
