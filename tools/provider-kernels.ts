/** What an execution provider of ONNX Runtime computes itself, of the operators of ONNX's own domain. */
export interface ProviderKernels {
  readonly name: string
  /** Where the list was published. */
  readonly source: string
  readonly operators: ReadonlySet<string>
}

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** Names as published, without those of ONNX Runtime's own domain and of sequences, control flow and recurrent networks. */
export const PROVIDERS: readonly ProviderKernels[] = [
  {
    name: 'webgpu',
    source: '`docs/webgpu-operators.md` in the package onnxruntime-web 1.30.0',
    operators: words(`
      Abs Acos Acosh Add ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization Cast Ceil Clip Concat Conv
      ConvTranspose Cos Cosh CumSum DFT DepthToSpace DequantizeLinear Div Einsum Elu Equal Erf Exp Expand Flatten Floor Gather
      GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual GridSample HardSigmoid HardSwish
      InstanceNormalization LayerNormalization LeakyRelu Less LessOrEqual Log MatMul MaxPool Mul Neg Not Pad Pow Range
      Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
      ReduceSumSquare Relu Reshape Resize ScatterND Shape Sigmoid Sin Sinh Slice Softmax Split Sqrt Squeeze Sub Tan Tanh
      ThresholdedRelu Tile Transpose Unsqueeze Where`),
  },
  {
    name: 'cuda',
    source: '`docs/OperatorKernels.md` in the repository microsoft/onnxruntime, file version 001d12d26 (opset 25)',
    operators: words(`
      Abs Add And ArgMax ArgMin AveragePool BatchNormalization Cast Ceil Clip Compress Concat ConstantOfShape Conv
      ConvTranspose Cos CumSum DepthToSpace DequantizeLinear Div Dropout Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor
      Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual GridSample HardSigmoid
      HardSwish Identity InstanceNormalization IsInf IsNaN LRN LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax
      MatMul MatMulInteger Max MaxPool Min Mod Mul Neg NonZero Not OneHot Or PRelu Pad Pow QuantizeLinear RMSNormalization
      Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
      ReduceSumSquare Relu Reshape Resize ReverseSequence RoiAlign Round ScatterElements ScatterND Selu Shape Shrink Sigmoid
      Sign Sin Size Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Tanh ThresholdedRelu Tile TopK
      Transpose Trilu Unsqueeze Where Xor`),
  },
]
