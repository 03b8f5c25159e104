/** Where a graph is executed. */
export type Provider = 'cpu' | 'webgpu' | 'cuda'
