package dev.spikelane.train.gradient;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.connection.operator.InputGradient;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Few calls lead from a training step to a product, as in the forward pass. */
class BackwardNeedsTest {

    /** From {@code Trainer.step} to the operator's product; threads that share parts add three calls. */
    @ParameterizedTest
    @CsvSource({"1, 15", "2, 18"})
    void fewCallsLeadToAProduct(int threads, int most) {
        List<List<String>> walks = Collections.synchronizedList(new ArrayList<>());
        Network network = Networks.dense(new TorchRandom(3), new Leaky(0.9), 40, 70, 4);
        network.laidOut().replaceOperators(1, operator -> watched(operator, walks));
        try (Trainer trainer = Trainer.of(network, 8, 4)
                .loss(CrossEntropyLoss.membrane())
                .threads(threads)
                .build()) {
            trainer.step(TrainingBatch.of(SpikeMatrix.zeros(32, 40), 0, 1, 2, 3));
        }
        assertTrue(!walks.isEmpty());
        for (List<String> walk : walks) {
            assertTrue(walk.size() < most, () -> walk.size() + 1 + " calls: " + String.join("\n", walk));
        }
        // either of two threads may take both parts
        assertTrue(
                threads > 1 || walks.getFirst().getLast().endsWith("Trainer.step"),
                () -> String.join("\n", walks.getFirst()));
    }

    /** An operator whose backward pass records its callers. */
    private static Operator watched(Operator operator, List<List<String>> walks) {
        return proxy(
                Operator.class,
                operator,
                (_, result) -> result instanceof InputGradient back
                        ? proxy(InputGradient.class, back, (method, pulled) -> {
                            if (method.equals("pull")) {
                                walks.add(walk());
                            }
                            return pulled;
                        })
                        : result);
    }

    /** Returns the calls of this library, innermost first. */
    private static List<String> walk() {
        return StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> frame.getClassName().startsWith("dev.spikelane.")
                                && !frame.getClassName().contains("BackwardNeedsTest"))
                        .map(frame -> frame.getClassName() + "." + frame.getMethodName())
                        .toList());
    }

    private static <T> T proxy(Class<T> type, T of, BiFunction<String, @Nullable Object, @Nullable Object> result) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
                    try {
                        return result.apply(method.getName(), method.invoke(of, arguments));
                    } catch (InvocationTargetException failure) {
                        throw failure.getCause();
                    }
                }));
    }
}
