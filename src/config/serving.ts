/** What a registered detector takes and gives, and the machines that it is meant for. */
export const SERVING = {
  contentTypes: ['image/jpeg', 'image/png'],
  answerTypes: ['application/json'],
  endpointInstances: ['ml.m5.large', 'ml.m5.xlarge', 'ml.c5.xlarge', 'ml.c6i.xlarge', 'ml.g4dn.xlarge'],
  transformInstances: ['ml.m5.large', 'ml.m5.xlarge', 'ml.g4dn.xlarge'],
} as const
