import { paintPolygon, type Canvas } from './canvas.ts'
import { noiseTexture, sampleNoise } from './noise-texture.ts'
import type { GroundMap } from './paint-ground.ts'
import type { SceneCamera } from './scene-camera.ts'
import type { Patch } from './scene-contents.ts'

/** Paints a flat area over the ground below it. */
export function paintPatch(canvas: Canvas, patch: Patch, map: GroundMap, camera: SceneCamera, snowy: boolean): void {
  const points: number[] = []
  for (let i = 0; i < patch.polygon.length; i += 2) camera.project(patch.polygon[i]!, patch.polygon[i + 1]!, 0, points)
  const noise = noiseTexture()
  const [coarse, fine] = {
    asphalt: [0.1, 0.06],
    paving: [0.1, 0.06],
    lawn: [0.16, 0.2],
    soil: [0.16, 0.14],
    line: [0.05, 0.05],
    wood: [0.05, 0.14],
    container: [0.03, 0.03],
    quay: [0.05, 0.05],
  }[patch.surface] as [number, number]
  const white = snowy && patch.surface !== 'container' ? 0.6 : 0
  paintPolygon(canvas, points, (ink, _x, _y, index) => {
    const u = map.u[index]!
    const v = map.v[index]!
    const t = 1 + coarse * sampleNoise(noise, u * 0.35, v * 0.35) + fine * sampleNoise(noise, u * 4.3, v * 4.3)
    const cover = white * Math.max(0, Math.min(1, 0.6 + 0.5 * sampleNoise(noise, u * 0.2, v * 0.2)))
    ink.r = patch.colour[0] * t * (1 - cover) + 0.75 * cover
    ink.g = patch.colour[1] * t * (1 - cover) + 0.76 * cover
    ink.b = patch.colour[2] * t * (1 - cover) + 0.78 * cover
    ink.sun = 1
    ink.alpha = patch.alpha
  })
}
