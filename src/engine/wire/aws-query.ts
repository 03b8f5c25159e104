import { AwsError } from './aws-error.ts'
import { decodeFormText, type WireRequest } from './http-request.ts'
import { Problems } from './problems.ts'
import type { Protocol, Sdk } from './protocol.ts'
import { decodeQuery, encodeXmlMembers } from './query-codec.ts'
import { errorShape } from './shape.ts'
import { element } from './xml.ts'

/** XML namespaces by operation's service, as each service declares it. */
const NAMESPACES: Readonly<Record<string, string>> = {
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  sns: 'http://sns.amazonaws.com/doc/2010-03-31/',
}

/** The AWS query protocol: form in, XML out. @source smithy.io/2.0/aws/protocols/aws-query-protocol */
export function awsQuery(signingName: string): Protocol {
  const namespace = NAMESPACES[signingName] ?? 'http://webservices.amazon.com/doc/2009-10-01/'
  return {
    dialect: 'query',
    operationName: (request, body) => parametersOf(request, body).find(([name]) => name === 'Action')?.[1],
    decode(shape, request, body) {
      const problems = new Problems()
      const input = decodeQuery(shape.input, parametersOf(request, body), problems)
      const error = problems.toError()
      if (error !== undefined) throw new AwsError('ValidationError', 400, error.message)
      return input
    },
    encode(shape, output, requestId) {
      const members = encodeXmlMembers(shape.output, output)
      const result = shape.output.kind === 'unit' ? '' : `<${shape.name}Result>${members}</${shape.name}Result>`
      const metadata = `<ResponseMetadata>${element('RequestId', requestId)}</ResponseMetadata>`
      return {
        status: 200,
        headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
        body: `<${shape.name}Response xmlns="${namespace}">${result}${metadata}</${shape.name}Response>`,
      }
    },
    encodeError(error, requestId, sdk) {
      const type = error.status < 500 ? 'Sender' : 'Receiver'
      const content =
        element('Type', type) + element('Code', codeOnWire(error, sdk)) + element('Message', error.message)
      return {
        status: error.status,
        headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
        body: `<ErrorResponse xmlns="${namespace}"><Error>${content}</Error>${element('RequestId', requestId)}</ErrorResponse>`,
      }
    },
    unknownOperation: (name, service) =>
      new AwsError('InvalidAction', 400, `Could not find operation ${name ?? '(none named)'} of service ${service}`),
  }
}

/** Handlers may use the name of the modelled error; on the wire stands its query code, e.g. `NoSuchEntity`. */
function codeOnWire(error: AwsError, sdk: Sdk | undefined): string {
  return (sdk === undefined ? undefined : errorShape(sdk, error.code)?.queryCode) ?? error.code
}

function parametersOf(request: WireRequest, body: Buffer): [string, string][] {
  const form = body
    .toString('utf8')
    .split('&')
    .filter((part) => part !== '')
    .map((part): [string, string] => {
      const equals = part.indexOf('=')
      return equals < 0
        ? [decodeFormText(part), '']
        : [decodeFormText(part.slice(0, equals)), decodeFormText(part.slice(equals + 1))]
    })
  const query = request.query.map(([name, value]): [string, string] => [decodeFormText(name), decodeFormText(value)])
  return [...query, ...form]
}
