import { AwsError } from './aws-error.ts'
import { decodeJson, encodeJson } from './json-codec.ts'
import { Problems } from './problems.ts'
import type { Protocol, Sdk } from './protocol.ts'
import { errorShape } from './shape.ts'
import type { WireResponse } from './wire-response.ts'

const CONTENT_TYPE = 'application/x-amz-json-1.1'

/** AWS JSON 1.1, and 1.0, which differs in its content type only. @source smithy.io/2.0/aws/protocols/aws-json-1_1-protocol */
export const awsJson: Protocol = {
  dialect: 'json',
  operationName: (request) => request.header('x-amz-target')?.split('.').at(-1),
  decode(shape, _request, body) {
    const problems = new Problems()
    const input = decodeJson(shape.input, body.length === 0 ? {} : parseBody(body), '', problems)
    const error = problems.toError()
    if (error !== undefined) throw error
    return input
  },
  encode: (shape, output, requestId) => ({
    status: 200,
    headers: { 'content-type': CONTENT_TYPE, 'x-amzn-requestid': requestId },
    body: shape.output.kind === 'unit' ? '' : JSON.stringify(encodeJson(shape.output, output ?? {})),
  }),
  encodeError: (error, requestId, sdk) => encodeJsonError(error, requestId, sdk, CONTENT_TYPE),
  unknownOperation: (name, service) =>
    new AwsError('UnknownOperationException', 404, `The service ${service} has no operation ${name ?? '(none named)'}`),
}

export function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new AwsError('SerializationException', 400, 'The request body is not valid JSON')
  }
}

export function encodeJsonError(
  error: AwsError,
  requestId: string,
  sdk: Sdk | undefined,
  contentType: string,
): WireResponse {
  const members = sdk === undefined ? [] : (errorShape(sdk, error.code)?.shape.members() ?? [])
  const hasCapital = members.some((member) => member.name === 'Message')
  const body = {
    __type: error.code,
    message: error.message,
    // Where the model says `Message`, both: SDKs differ in which of the two they read.
    ...(hasCapital && { Message: error.message }),
    ...error.members,
  }
  return {
    status: error.status,
    headers: { 'content-type': contentType, 'x-amzn-requestid': requestId, 'x-amzn-errortype': error.code },
    body: JSON.stringify(body),
  }
}
