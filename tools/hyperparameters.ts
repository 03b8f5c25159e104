/** Writes `docs/hyperparameters.md` from the table of settings. */
import { writeFile } from 'node:fs/promises'
import { hyperparametersPage } from '../src/yolo/train/settings/hyperparameters-page.ts'

await writeFile(new URL('../docs/hyperparameters.md', import.meta.url), hyperparametersPage())
