import type { Rgb } from './colour.ts'
import type { SceneClass } from './scene-options.ts'

/** A rigid thing on the ground: world position of its middle and heading, radians counter-clockwise from east. */
export interface Pose {
  readonly x: number
  readonly y: number
  readonly heading: number
}

export type VehicleBody = 'hatchback' | 'saloon' | 'estate' | 'suv' | 'van' | 'box-truck' | 'tipper' | 'semi' | 'bus'

export interface Vehicle extends Pose {
  readonly className: Extract<SceneClass, 'car' | 'van' | 'truck' | 'bus'>
  readonly body: VehicleBody
  readonly lengthM: number
  readonly widthM: number
  readonly heightM: number
  readonly paint: Rgb
  /** Colour of the load body of a truck, of the stripe of a bus. */
  readonly second: Rgb
  readonly parked: boolean
  readonly variant: number
}

export interface Person extends Pose {
  readonly heightM: number
  readonly top: Rgb
  readonly hair: Rgb
}

export interface Boat extends Pose {
  readonly lengthM: number
  readonly widthM: number
  readonly hull: Rgb
  readonly deck: Rgb
  readonly cabin: boolean
  readonly moving: boolean
}

export interface Building extends Pose {
  readonly lengthM: number
  readonly widthM: number
  readonly heightM: number
  readonly roof: 'gravel' | 'gable' | 'metal'
  readonly roofColour: Rgb
  readonly wallColour: Rgb
  readonly variant: number
}

export interface Tree {
  readonly x: number
  readonly y: number
  readonly radiusM: number
  readonly heightM: number
  readonly kind: 'broadleaf' | 'conifer' | 'bush'
  readonly variant: number
}

/** A flat area on the ground; polygon in world metres x0 y0 x1 y1 …. */
export interface Patch {
  readonly polygon: readonly number[]
  readonly surface: 'asphalt' | 'paving' | 'lawn' | 'soil' | 'line' | 'wood' | 'container' | 'quay'
  readonly colour: Rgb
  /** Blend over what is below, 0 to 1. */
  readonly alpha: number
}

/** Street furniture: nothing to detect, much to confuse. */
export interface Prop extends Pose {
  readonly kind: 'lamp' | 'bench' | 'bin' | 'manhole' | 'planter'
  readonly variant: number
}

export interface SceneContents {
  readonly patches: Patch[]
  readonly vehicles: Vehicle[]
  readonly people: Person[]
  readonly boats: Boat[]
  readonly buildings: Building[]
  readonly trees: Tree[]
  readonly props: Prop[]
}

export function emptyContents(): SceneContents {
  return { patches: [], vehicles: [], people: [], boats: [], buildings: [], trees: [], props: [] }
}
