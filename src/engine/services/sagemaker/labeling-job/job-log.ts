import type { Engine } from '../../../engine.ts'

/** One line in the job's stream of CloudWatch Logs. */
export function jobLog({ logs, clock }: Engine, name: string, message: string): void {
  logs.append('/aws/sagemaker/LabelingJobs', name, [{ timeMs: clock.now().getTime(), message }])
}
