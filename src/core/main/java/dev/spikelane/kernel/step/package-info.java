/**
 * Steps of neurons: currents in, spikes out, state updated in place. This package has the parts that models share:
 * currents of ports, quantized states, winners, surrogates. {@link dev.spikelane.kernel.step.leaky} has the steps of
 * the library's models.
 */
package dev.spikelane.kernel.step;
