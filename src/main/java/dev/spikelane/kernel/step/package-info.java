/**
 * Steps of neurons: currents in, spikes out, state updated in place. {@link dev.spikelane.kernel.step.LeakyStep} serves
 * most models, {@link dev.spikelane.kernel.step.WindowStep} and {@link dev.spikelane.kernel.step.LstmStep} the others.
 */
package dev.spikelane.kernel.step;
