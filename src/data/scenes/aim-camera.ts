import type { Random } from '../../core/random.ts'
import type { PlaceMap } from './place.ts'
import { focalLengthPx, sceneCamera, type SceneCamera } from './scene-camera.ts'
import type { SceneConditions, SceneOptions } from './scene-options.ts'

/** The camera of a scene: as the options say, else over somewhere worth a photograph. */
export function aimCamera(
  options: SceneOptions,
  conditions: SceneConditions,
  place: PlaceMap,
  random: Random,
): SceneCamera {
  const frameWidth = options.frameWidthPx ?? Math.max(960, options.width)
  const frameHeight = Math.max(options.height, (frameWidth * 9) / 16)
  const slackX = Math.max(0, frameWidth - options.width) / 2
  const slackY = Math.max(0, frameHeight - options.height) / 2
  const pitchDeg = options.gimbalPitchDeg ?? -90 + Math.abs(random.normal()) * 2.5
  const offX = random.range(-slackX, slackX)
  const offY = random.range(-slackY, slackY)
  const pose = {
    altitudeM: conditions.altitudeM,
    pitchDeg: Math.max(-90, Math.min(-60, pitchDeg)),
    focalPx: focalLengthPx(frameWidth),
    centreXPx: options.width / 2 + offX,
    centreYPx: options.height / 2 + offY,
  }
  if (options.position) return sceneCamera({ ...pose, ...options.position })
  const [tx, ty] = interestingPoint(place, random)
  const headingDeg = random.range(0, 360)
  // The camera stands so that the middle of the image, not of the full frame, sees the point.
  const trial = sceneCamera({ ...pose, x: 0, y: 0, headingDeg })
  const [gx, gy] = trial.ground(options.width / 2, options.height / 2)
  return sceneCamera({ ...pose, x: tx - gx, y: ty - gy, headingDeg })
}

/** A crossing, a stretch of road or the inside of a block, in world metres. */
export function interestingPoint(place: PlaceMap, random: Random): readonly [number, number] {
  const i = random.int(9) - 4
  const j = random.int(9) - 4
  const [a, b] = [place.road(0, i).at, place.road(0, i + 1).at]
  const [c, d] = [place.road(1, j).at, place.road(1, j + 1).at]
  const what = random.next()
  const spread = (): number => random.normal() * 9
  if (what < 0.4) return place.toWorld(a + spread(), c + spread())
  if (what < 0.6) return place.toWorld(a + spread(), random.range(c, d))
  if (what < 0.72) return place.toWorld(random.range(a, b), c + spread())
  return place.toWorld(random.range(a, b), random.range(c, d))
}
