import { convexHull, paintPolygon, type Shader } from './canvas.ts'
import { scaleRgb, srgb, type Rgb } from './colour.ts'
import { hashUnit } from './noise-texture.ts'
import type { Brush } from './paint-vehicle.ts'
import type { Prop } from './scene-contents.ts'
import { ellipse, placeSolid, rectangle } from './solid.ts'

/** Paints one piece of street furniture. */
export function paintProp(brush: Brush, prop: Prop): void {
  const solid = placeSolid(prop, brush.camera)
  const rnd = (k: number): number => hashUnit(prop.variant, k)
  const fill = (points: readonly number[], colour: Rgb, sun: number, alpha = 1): void => {
    const shader: Shader = (ink, _x, _y, index) => {
      ink.r = colour[0]
      ink.g = colour[1]
      ink.b = colour[2]
      ink.sun = sun * brush.groundSun[index]!
      ink.alpha = alpha
    }
    paintPolygon(brush.canvas, points, shader, 0)
  }
  switch (prop.kind) {
    case 'lamp': {
      const pole = convexHull([...solid.at(ellipse(0.1, 0.1, 6), 0), ...solid.at(ellipse(0.07, 0.07, 6), 8)])
      fill(pole, srgb(150, 152, 152), 0.8, 0.9)
      fill(solid.at(rectangle(1.8, 0.1, 0.9), 8), srgb(160, 162, 162), 1, 0.9)
      fill(solid.at(rectangle(0.7, 0.28, 1.8), 8), srgb(206, 208, 206), 1)
      return
    }
    case 'bench':
      fill(solid.at(rectangle(1.8, 0.5), 0.45), srgb(126, 98, 70), 1)
      fill(solid.at(rectangle(1.8, 0.12, 0, 0.28), 0.8), srgb(96, 74, 54), 1)
      return
    case 'bin': {
      const colour = [srgb(70, 96, 70), srgb(60, 62, 66), srgb(150, 152, 150)][prop.variant % 3]!
      fill(
        convexHull([...solid.at(rectangle(0.8, 0.7), 0), ...solid.at(rectangle(0.8, 0.7), 1)]),
        scaleRgb(colour, 0.6),
        0.5,
      )
      fill(solid.at(rectangle(0.8, 0.7), 1), colour, 1)
      return
    }
    case 'manhole':
      fill(solid.at(ellipse(0.34, 0.34, 12), 0), scaleRgb(srgb(74, 74, 76), 0.7 + 0.6 * rnd(1)), 1, 0.75)
      return
    case 'planter':
      fill(
        convexHull([...solid.at(ellipse(0.75, 0.75, 12), 0), ...solid.at(ellipse(0.8, 0.8, 12), 0.6)]),
        srgb(120, 116, 110),
        0.6,
      )
      fill(solid.at(ellipse(0.8, 0.8, 14), 0.6), srgb(178, 172, 162), 1)
      return
  }
}
