package dev.spikelane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.fixture.Networks;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Runs with samples that have ended. */
@EveryWidth
final class SeriesRunTest {

    /** Operators are opened before they compute, also in a longer block. */
    @Test
    void operatorsAreOpenedBeforeTheyWork() {
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.9), 8, 70);
        Set<Object> reserved = Collections.newSetFromMap(new IdentityHashMap<>());
        network.laidOut().replaceOperators(0, operator -> watched(operator, reserved));
        try (Simulation simulation = network.simulate(2)) {
            simulation.run(Matrices.spikes(Arena.ofAuto(), 2 * 90, 8, 0.3, new Random(1)), new int[] {1, 90});
        }
        assertEquals(2, reserved.size()); // of both samples, and of the remaining one
    }

    private static Operator watched(Operator operator, Set<Object> reserved) {
        return (Operator) Proxy.newProxyInstance(
                Operator.class.getClassLoader(), new Class<?>[] {Operator.class}, (_, method, arguments) -> {
                    Object last = arguments == null ? null : arguments[arguments.length - 1];
                    if (method.getName().equals("reserve")) {
                        reserved.add(last);
                    } else if (last instanceof Scratch) {
                        assertTrue(reserved.contains(last), method.getName());
                    }
                    return method.invoke(operator, arguments);
                });
    }
}
