/**
 * Steps of neurons: currents enter, spikes leave, state is updated in place. This package has the parts that models
 * share: loops of texts, delays, quantized states, winners, surrogates. {@link dev.spikelane.kernel.step.leaky} has the
 * steps of the library's models. Read {@link dev.spikelane.kernel.step.NeuronLoops} first.
 */
package dev.spikelane.kernel.step;
