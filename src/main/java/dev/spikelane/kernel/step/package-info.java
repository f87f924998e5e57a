/**
 * Steps of neurons: currents in, spikes out, state updated in place. Here is what they have in common: currents of
 * ports, quantized states, winners, surrogates. {@link dev.spikelane.kernel.step.leaky} serves most models,
 * {@link dev.spikelane.kernel.step.cell} the others.
 */
package dev.spikelane.kernel.step;
