import { env } from 'onnxruntime-node'

/** The arithmetic's name and version for reports, such as `onnxruntime-cpu 1.30.0`. */
export function engineName(provider = 'cpu'): string {
  return `onnxruntime-${provider} ${env.versions.node ?? env.versions.common}`
}
