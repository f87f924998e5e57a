package dev.spikelane.example;

import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Sparse;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Source;
import java.util.Locale;

public class Balanced {
    public static void main(String[] arguments) {
        var cell = EquationNeuron.of("""
                neuron Cell
                param tau [ms] = 20, dt [ms] = 0.1
                state v [mV]
                input excitatory [mV], inhibitory [mV]
                refractory 2 / dt holds v
                dv/dt = -v / tau : exact
                v = v + excitatory + inhibitory
                spike v >= 20
                reset v = 10
                """);
        var builder = Network.builder();
        var e = builder.population("e", Shape.of(4000), cell);
        var i = builder.population("i", Shape.of(1000), cell);
        var delays = Distribution.normal(15, 5).redrawn(1, 40); // steps of 0.1 ms
        var excites = Sparse.of(Connectivity.inDegree(100)).weights(Distribution.normal(0.8, 0.2)).delays(delays).fixedPoint(1e-4);
        var inhibits = Sparse.of(Connectivity.inDegree(25)).weights(-4).delays(delays).fixedPoint(1e-4);
        builder.project("ee", e, e, excites.seed(1)).port("excitatory");
        builder.project("ei", e, i, excites.to(1000).seed(2)).port("excitatory");
        builder.project("ie", i, e, inhibits.to(4000).seed(3)).port("inhibitory");
        builder.project("ii", i, i, inhibits.seed(4)).port("inhibitory");
        for (var target : new String[] {"e", "i"}) {
            var all = target.equals("e") ? e : i;
            var noise = builder.population("noise " + target, all.shape(), Source.poisson(2000, 0.1)); // Hz, ms
            builder.project("drive " + target, noise, all, Sparse.of(Connectivity.oneToOne()).weights(0.8).fixedPoint(1e-4))
                    .port("excitatory");
        }
        var network = builder.build();
        try (var simulation = network.simulate(1, 2)) { // a sample, two threads
            simulation.run(1000);
            var fired = simulation.countSpikes("e");
            simulation.run(10_000); // a second
            double spikes = 0;
            for (float count : fired.perNeuron().toArray()) {
                spikes += count;
            }
            System.out.printf(Locale.ROOT, "%.2f Hz%n", spikes / 4000);
        }
    }
}
