/**
 * Neuron models: immutable parameter records that know their equations.
 *
 * <p>A {@link dev.spikelane.neuron.Neuron} is a model. {@linkplain dev.spikelane.neuron.Neuron#bind Bound} to a number of neurons it
 * becomes a {@link dev.spikelane.neuron.NeuronGroup}, which charges, fires and resets them; their
 * {@link dev.spikelane.neuron.NeuronState} belongs to the caller.
 */
package dev.spikelane.neuron;
