/**
 * Steps of neurons: currents in, spikes out, state updated in place. Here is what they have in common: currents of
 * ports, quantized states, winners, surrogates. {@link dev.spikelane.kernel.step.leaky} has those of the
 * library's models.
 */
package dev.spikelane.kernel.step;
