/** SageMaker says of a job that is not there: `ValidationException: ... not found`, or `ResourceNotFound`. */
export function isMissing(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (
    error.name === 'ResourceNotFound' ||
    (error.name === 'ValidationException' && /not (be )?f(ou|i)nd/i.test(error.message))
  )
}
