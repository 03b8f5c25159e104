/** Linear reflectance or light of red, green, blue. */
export type Rgb = readonly [number, number, number]

/** Linear value of an sRGB triple as a paint chart gives it, 0 to 255. */
export function srgb(r: number, g: number, b: number): Rgb {
  return [linear(r), linear(g), linear(b)]
}

function linear(value: number): number {
  const x = value / 255
  return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4
}

export function scaleRgb(colour: Rgb, factor: number): Rgb {
  return [colour[0] * factor, colour[1] * factor, colour[2] * factor]
}

export function mixRgb(a: Rgb, b: Rgb, t: number): Rgb {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t]
}
