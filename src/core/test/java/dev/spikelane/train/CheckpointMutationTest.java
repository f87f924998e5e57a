package dev.spikelane.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Tries;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.network.Network;
import dev.spikelane.train.run.CheckpointSum;
import dev.spikelane.train.update.TrainingParameter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * Every text and tensor of a checkpoint, damaged in many ways, is refused by a message with the file and the text and
 * without a change, or the continued run has the bits of an uninterrupted one.
 */
@Timeout(value = 600, threadMode = ThreadMode.SEPARATE_THREAD)
final class CheckpointMutationTest extends FolderCase {

    private static final List<String> HOSTILE = List.of(
            "",
            "x",
            "NaN",
            "Infinity",
            "-Infinity",
            "-1",
            "-9",
            "0",
            "9",
            "77",
            "0.5",
            "1e400",
            "1e9",
            "2147483647",
            "2147483648",
            "4294967297",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "+1",
            "\u0661");

    private static final String CHECKSUM = "checksum";

    /** By day a text, or a word of an epoch, gets one of so many hostile texts; its neighbors get the others. */
    private static final int ONE_OF = 6;

    /** Numbers of past epochs that no other number contradicts, in a file with a correct sum. */
    private static final Set<String> BELIEVED =
            Set.of("run.loss_sum", "run.right", "run.spikes", "run.gradient_norm_sum", "epoch.1");

    private Path file = Path.of("");
    private Tensors whole = Tensors.of(Map.of(), List.of());
    private Network network = SmallRun.network();
    private Trainer trainer = SmallRun.trainer(network).build();
    private Result expected = new Result(0, List.of());
    private final Set<String> refused = new TreeSet<>();
    private int resumed;

    private record Result(long weights, List<List<Double>> history) {

        static Result of(Network network, TrainingRun run) {
            return new Result(
                    network.weights().hash(),
                    run.history().stream()
                            .map(epoch -> List.of(
                                    epoch.rate(),
                                    epoch.loss(),
                                    epoch.accuracy(),
                                    epoch.validationLoss(),
                                    epoch.validationAccuracy()))
                            .toList());
        }
    }

    /** A run that is stopped in the middle of its second epoch, and one that is not. */
    @BeforeEach
    void save() throws IOException {
        file = folder.resolve("run.safetensors");
        List<TrainingRun> runs = new ArrayList<>();
        runs.add(SmallRun.run(trainer)
                .checkpoint(file)
                .onStep(run -> {
                    if (run.epoch() == 2 && run.batch() == 3) {
                        runs.getFirst().stop();
                    }
                })
                .build());
        runs.getFirst().run();
        whole = Tensors.read(file, Tensors.Format.SAFETENSORS);
        renew();
        expected = Result.of(network, SmallRun.run(trainer).build().run());
        renew();
    }

    @AfterEach
    void close() {
        trainer.close();
    }

    private void renew() {
        trainer.close();
        network = SmallRun.network();
        trainer = SmallRun.trainer(network).build();
    }

    @Test
    void textsOfAFile() throws IOException {
        tryTexts(whole, false);
    }

    @Test
    void textsOfAFileWhoseSumWasMadeAnew() throws IOException {
        tryTexts(whole, true);
    }

    @Test
    void tensorsOfAFile() throws IOException {
        for (Tensor tensor : whole.tensors()) {
            for (int bits : new int[] {0x7fc00000, 0x7f800000, 0xbf800000, 0x3f800001}) {
                attempt(tensor.name(), with(whole, tensor, changed(tensor, bits)), false);
            }
            attempt(tensor.name(), with(whole, tensor, null), false);
        }
        assertEquals(whole.tensors().size(), refused.size());
        assertEquals(0, resumed);
    }

    @Test
    void tensorsThatAreMissingOrNaNInAFileWhoseSumWasMadeAnew() throws IOException {
        for (Tensor tensor : whole.tensors()) {
            if (tensor.type() == Tensor.Type.F32) {
                attempt(tensor.name(), with(whole, tensor, changed(tensor, 0x7fc00000)), true);
            }
            attempt(tensor.name(), with(whole, tensor, null), true);
            attempt(
                    tensor.name(),
                    with(
                            whole,
                            tensor,
                            Tensor.of(
                                    tensor.name(), tensor.type(), List.of(1, (int) tensor.count(), 1), tensor.bytes())),
                    true);
        }
        assertEquals(whole.tensors().size(), refused.size());
        assertEquals(0, resumed);
    }

    private void tryTexts(Tensors content, boolean signed) throws IOException {
        attempt("nothing", content, signed);
        assertEquals(1, resumed, "a file that is as it was");
        int turn = 0;
        for (String name : content.metadata().keySet()) {
            String text = content.metadata().get(name);
            attempt(name, with(content, name, null), signed);
            for (String hostile : hostile(turn++)) {
                if (!hostile.equals(text)) {
                    attempt(name, with(content, name, hostile), signed);
                }
            }
            String[] words = text.split(" ", -1);
            for (int i = 0; name.startsWith("epoch.") && i < words.length; i++) {
                for (String hostile : hostile(i)) {
                    String[] changed = words.clone();
                    changed[i] = hostile;
                    attempt(name, with(content, name, String.join(" ", changed)), signed);
                }
            }
        }
        Set<String> checked = new TreeSet<>(content.metadata().keySet());
        if (signed) {
            checked.remove(CHECKSUM);
        }
        assertEquals(checked, refused);
    }

    private static List<String> hostile(int turn) {
        return HOSTILE.stream()
                .filter(text -> Tries.ALL || (turn + HOSTILE.indexOf(text)) % ONE_OF == 0)
                .toList();
    }

    private static Tensors with(Tensors content, String name, String text) {
        Map<String, String> texts = new LinkedHashMap<>(content.metadata());
        texts.remove(name);
        if (text != null) {
            texts.put(name, text);
        }
        return Tensors.of(texts, content.tensors());
    }

    private static Tensors with(Tensors content, Tensor old, Tensor fresh) {
        List<Tensor> tensors = new ArrayList<>(content.tensors());
        tensors.remove(old);
        if (fresh != null) {
            tensors.add(fresh);
        }
        return Tensors.of(content.metadata(), tensors);
    }

    private static Tensor changed(Tensor tensor, int firstItem) {
        byte[] bytes = tensor.bytes().toArray(ValueLayout.JAVA_BYTE);
        MemorySegment copy = MemorySegment.ofArray(bytes);
        copy.set(ValueLayout.JAVA_INT_UNALIGNED, 0, firstItem);
        return Tensor.of(tensor.name(), tensor.type(), tensor.shape(), copy);
    }

    private void attempt(String name, Tensors content, boolean signed) throws IOException {
        (signed ? with(content, CHECKSUM, CheckpointSum.of(content)) : content).write(file);
        String where = name + " is " + content.metadata().get(name);
        List<Object> before = state();
        TrainingRun run;
        try {
            run = SmallRun.run(trainer).checkpoint(file).resume().build();
        } catch (IOException failure) {
            String message = failure.getMessage();
            assertTrue(message.startsWith(file + ": "), where + ": " + message);
            boolean named = message.contains(name)
                    || name.equals("generator") && message.contains("'order'")
                    || !signed && message.contains(CHECKSUM);
            assertTrue(named, where + ": " + message);
            assertEquals(before, state(), where);
            refused.add(name);
            return;
        }
        resumed++;
        run.run();
        Result result = Result.of(network, run);
        if (signed && BELIEVED.contains(name)) {
            assertEquals(SmallRun.EPOCHS, result.history.size(), where);
        } else {
            assertEquals(expected, result, where);
        }
        renew();
    }

    /** Returns everything that a file could change. */
    private List<Object> state() {
        List<Object> state = new ArrayList<>(List.of(network.weights().hash()));
        for (TrainingParameter parameter : trainer.parameters()) {
            state.add(parameter.update().steps());
            parameter
                    .update()
                    .state()
                    .values()
                    .forEach(values -> state.add(Arrays.hashCode(values.toArray(ValueLayout.JAVA_BYTE))));
            state.add(Arrays.hashCode(parameter.values().segment().toArray(ValueLayout.JAVA_BYTE)));
        }
        return state;
    }

    /** A trainer that refused a file has the bits of one that never saw it. */
    @Test
    void aTrainerThatRefusedAFileTrainsAsBefore() throws IOException {
        attempt("run.epoch", with(whole, "run.epoch", "2147483647"), true);
        attempt("optimizer.fc1.weight.steps", with(whole, "optimizer.fc1.weight.steps", "-1"), true);
        Result result = Result.of(network, SmallRun.run(trainer).build().run());
        assertEquals(expected, result);
        assertArrayEquals(new String[] {"optimizer.fc1.weight.steps", "run.epoch"}, refused.toArray());
    }
}
