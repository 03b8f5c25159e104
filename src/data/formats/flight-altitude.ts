/**
 * Metres above take-off that a drone's camera wrote into its image's XMP, as an attribute or an element
 * `drone-dji:RelativeAltitude`; undefined when there is none. Altitudes above sea level are no substitute: without the
 * ground's height they say nothing of how far away things are.
 *
 * @param xmp the XMP packet, XML
 * @source names as DJI's cameras write them, for example `drone-dji:RelativeAltitude="+119.30"`
 */
export function altitudeFromXmp(xmp: string): number | undefined {
  const match = /drone-dji:RelativeAltitude(?:\s*=\s*["']|>)\s*([+-]?\d+(?:\.\d+)?)\s*["'<]/.exec(xmp)
  return match ? Number(match[1]) : undefined
}
