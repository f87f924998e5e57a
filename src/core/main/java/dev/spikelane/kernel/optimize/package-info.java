/**
 * Kernels of a training step outside the network: updates of parameters by an optimizer, and norms and limits of
 * gradients. They work on memory in any layout. Start with {@link dev.spikelane.kernel.optimize.ParameterStep}.
 */
package dev.spikelane.kernel.optimize;
