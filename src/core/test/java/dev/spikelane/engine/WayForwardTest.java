package dev.spikelane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Few calls lead from a run or a training step to a loop, and few of these only delegate. */
@EveryWidth
class WayForwardTest {

    private static final int STEPS = 40;
    private static final int BATCH = 8;

    /** Number of observed stacks, enough for every loop of a variant. */
    private static final int WALKS = 20;

    @Test
    void fewCallsLeadFromARunToAProduct() throws Exception {
        try (Simulation simulation = network().simulate(BATCH)) {
            SpikeMatrix input = spikes();
            check(() -> simulation.run(input), WayForwardTest::isInLoop, "Simulation.run", 16, 5);
        }
    }

    /** The loop adds two calls of a hidden class, which stack traces omit. */
    @Test
    void fewCallsLeadFromARunToNeurons() throws Exception {
        Network network = Networks.dense(new TorchRandom(3), new Leaky(0.9), 1, 100_000);
        try (Simulation simulation = network.simulate(1)) {
            FloatMatrix input = FloatMatrix.zeros(STEPS, 1);
            check(() -> simulation.run(input), WayForwardTest::isBeforeNeurons, "Simulation.run", 10, 2);
        }
    }

    private static boolean isBeforeNeurons(List<StackTraceElement> walk) {
        return walk.getFirst().toString().contains("NeuronLoops.run");
    }

    @Test
    void fewCallsLeadFromAStepOfTrainingToAProduct() throws Exception {
        try (Trainer trainer = Trainer.of(network(), STEPS, BATCH)
                .loss(CrossEntropyLoss.membrane())
                .build()) {
            TrainingBatch batch = TrainingBatch.of(spikes(), new int[BATCH]);
            check(() -> trainer.step(batch), WayForwardTest::isInLoop, "Trainer.step", 19, 5);
        }
    }

    @Test
    void fewCallsLeadFromAStepOfTrainingToAnInputGradient() throws Exception {
        try (Trainer trainer = Trainer.of(network(), STEPS, BATCH)
                .loss(CrossEntropyLoss.membrane())
                .build()) {
            TrainingBatch batch = TrainingBatch.of(spikes(), new int[BATCH]);
            check(() -> trainer.step(batch), WayForwardTest::isInInputGradient, "Trainer.step", 18, 5);
        }
    }

    private static boolean isInInputGradient(List<StackTraceElement> walk) {
        return walk.getFirst().getClassName().startsWith("dev.spikelane.kernel.product.dense.Dense")
                && walk.stream().anyMatch(call -> call.getClassName().endsWith(".DenseInputGradient"));
    }

    private static Network network() {
        return Networks.dense(new TorchRandom(3), new Leaky(0.9), 784, 1_000, 100);
    }

    private static SpikeMatrix spikes() {
        SpikeMatrix spikes = SpikeMatrix.zeros(STEPS * BATCH, 784);
        for (int row = 0; row < spikes.rows(); row++) {
            for (int input = row % 3; input < 784; input += 3) {
                spikes.set(row, input, true);
            }
        }
        return spikes;
    }

    private static void check(
            Runnable work, Predicate<List<StackTraceElement>> isThere, String from, int calls, int passing)
            throws Exception {
        for (List<StackTraceElement> walk : walks(work, isThere)) {
            String all = String.join("\n", walk.stream().map(Object::toString).toList());
            assertTrue(walk.getLast().toString().contains(from), () -> from + " is not where it starts: " + all);
            assertTrue(walk.size() <= calls, () -> walk.size() + " calls:\n" + all);
            List<StackTraceElement> passed = new ArrayList<>();
            for (StackTraceElement call : walk.subList(1, walk.size())) {
                if (passesOn(call)) {
                    passed.add(call);
                }
            }
            assertTrue(passed.size() <= passing, () -> passed.size() + " calls pass on: " + passed);
        }
    }

    /** Returns observed stacks of this library at loops, innermost call first. */
    private static List<List<StackTraceElement>> walks(Runnable work, Predicate<List<StackTraceElement>> isThere)
            throws InterruptedException {
        boolean[] done = {false};
        Thread thread = new Thread(() -> {
            while (!done[0]) {
                work.run();
            }
        });
        thread.setDaemon(true);
        thread.start();
        List<List<StackTraceElement>> walks = new ArrayList<>();
        while (walks.size() < WALKS && thread.isAlive()) {
            List<StackTraceElement> walk = Stream.of(thread.getStackTrace())
                    .dropWhile(call -> !isOurs(call))
                    .takeWhile(WayForwardTest::isOurs)
                    .toList();
            if (!walk.isEmpty() && isThere.test(walk)) {
                walks.add(walk);
            }
        }
        done[0] = true;
        thread.join();
        assertEquals(WALKS, walks.size(), "the work has failed");
        return walks;
    }

    private static boolean isOurs(StackTraceElement call) {
        return call.getClassName().startsWith("dev.spikelane.")
                && !call.getClassName().contains("WayForwardTest");
    }

    /** Returns true in a product of spikes, except one that warms up a variant for C2. */
    private static boolean isInLoop(List<StackTraceElement> walk) {
        return walk.stream().anyMatch(call -> call.getMethodName().startsWith("multiply"))
                && walk.stream().noneMatch(call -> call.getMethodName().equals("rehearse"))
                && walk.getFirst().getClassName().startsWith("dev.spikelane.kernel.product.spike.Spike");
    }

    /** Returns true if a method only delegates: it has no loop, no choice of kinds, no fields and no cleanup. */
    private static boolean passesOn(StackTraceElement call) throws IOException {
        for (MethodModel method : classFile(call).methods()) {
            if (method.methodName().equalsString(call.getMethodName())
                    && method.code().isPresent()
                    && hasLine(method.code().get(), call.getLineNumber())) {
                return passesOn(method.code().get());
            }
        }
        throw new IllegalStateException("no code of " + call);
    }

    private static boolean passesOn(CodeModel code) {
        Set<Label> before = new HashSet<>();
        for (CodeElement element : code) {
            boolean passes = switch (element) {
                case LabelTarget target -> before.add(target.label());
                case BranchInstruction branch -> !before.contains(branch.target());
                case FieldInstruction field -> field.opcode() != Opcode.PUTFIELD;
                default -> !(element instanceof TableSwitchInstruction);
            };
            if (!passes) {
                return false;
            }
        }
        return code.exceptionHandlers().isEmpty();
    }

    private static boolean hasLine(CodeModel code, int line) {
        return code.elementStream().anyMatch(element -> element instanceof LineNumber number && number.line() == line);
    }

    private static ClassModel classFile(StackTraceElement call) throws IOException {
        String name = '/' + call.getClassName().replace('.', '/') + ".class";
        try (InputStream file = Objects.requireNonNull(Network.class.getResourceAsStream(name))) {
            return ClassFile.of().parse(file.readAllBytes());
        }
    }
}
