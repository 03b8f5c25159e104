import { execFileSync } from 'node:child_process'
import { PEERS_FOLDER } from './python-peer.ts'

/** Peers that can be measured against. They are installed beside the product, never into it. */
const PACKAGES = [
  'pycocotools',
  'faster-coco-eval',
  'onnxruntime',
  'ultralytics',
  'onnx',
  'onnxscript',
  'opencv-python',
  'pillow',
  'numpy',
]

const run = (command: string, args: string[]): void => void execFileSync(command, args, { stdio: 'inherit' })
run('python3', ['-m', 'venv', PEERS_FOLDER])
// One by one: a peer that cannot be installed leaves the others usable.
for (const name of process.argv.length > 2 ? process.argv.slice(2) : PACKAGES) {
  try {
    run(`${PEERS_FOLDER}/bin/pip`, ['install', '--quiet', name])
  } catch {
    console.error(`${name} could not be installed; benchmarks run without it`)
  }
}
