package dev.spikelane.model;

import dev.spikelane.model.c.CNetwork;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.DeltaLeaky;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.HandLif;
import dev.spikelane.neuron.Lapicque;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.Lif;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.RSynaptic;
import dev.spikelane.neuron.SLstm;
import dev.spikelane.neuron.SpikeList;
import dev.spikelane.neuron.StateLeaky;
import dev.spikelane.neuron.Synaptic;
import java.util.function.Function;

/**
 * The NIR primitive of each neuron, and the reason why C has no form of it. No other class of this package
 * distinguishes all neurons.
 *
 * @param nir returns the primitive, or throws if there is none
 * @param notInC the reason; empty if the text of the neuron is written in C
 */
record NeuronForms(Function<NirNeuron.Values, NirNeuron> nir, String notInC) {

    static NeuronForms of(Neuron neuron) {
        return switch (neuron) {
            case Alpha _, DeltaLeaky _, EquationNeuron _, HandLif _ -> row(nir -> nir.none(""), "");
            case Lapicque _ -> row(nir -> nir.none("; say it as Leaky"), "");
            case Leaky declared -> row(nir -> nir.leaky(declared.firing()), "");
            case LeakyParallel declared ->
                row(nir -> nir.none(""), declared.dropout() > 0 ? "dropout is drawn at random" : "");
            case Lif declared -> row(nir -> nir.lif(declared), "");
            case RLeaky declared -> row(nir -> nir.leaky(declared.firing()), "");
            case RSynaptic declared -> row(nir -> nir.leaky(declared.firing()), "");
            case SLstm _ -> row(nir -> nir.none(""), "its cells have four currents at each port");
            case SpikeList _ -> row(nir -> nir.none(""), "it is a list of spikes");
            case StateLeaky declared ->
                row(nir -> nir.none(""), declared.kernelTruncation() > 0 ? "its kernel is truncated" : "");
            case Synaptic declared -> row(nir -> nir.leaky(declared.firing()), "");
        };
    }

    /** Throws if C has no form of a neuron. */
    static void requireC(Network network) {
        for (Population each : network.populations()) {
            String reason = of(each.neuron()).notInC;
            if (!reason.isEmpty()) {
                throw CNetwork.refused(each.name(), each.neuron(), reason);
            }
        }
    }

    private static NeuronForms row(Function<NirNeuron.Values, NirNeuron> nir, String notInC) {
        return new NeuronForms(nir, notInC);
    }
}
