/** Ground covered by one pixel of the file as it is (not of the camera's original, if it was reduced). */
export interface GroundSample {
  /** Centimetres a pixel across the line of sight, at the centre of the image. */
  readonly cmPerPx: number
  /** Metres from the camera to the ground along the line of sight at the centre of the image. */
  readonly distanceM: number
  /** Degrees between the line of sight and straight down: 0 is nadir. Undefined when the gimbal is unknown and nadir was taken. */
  readonly offNadirDeg: number | undefined
}
