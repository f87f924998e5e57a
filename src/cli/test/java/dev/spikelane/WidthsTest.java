package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Exactly the tests of arithmetic have the tag to run at every width; read from class files. */
final class WidthsTest {

    private static final Pattern NAME = Pattern.compile("dev/spikelane/([\\w/$]+)");

    /** Folders and classes of tests that reach kernels but run at one width. */
    private static final List<String> ONE_WIDTH = List.of(
            // Reports about results whose bits other tests compare.
            "cli/",
            "example/",
            "plot/",
            "DocumentationTest",
            "ProgramsTest",
            "NullArgumentsTest",
            "ToStringTest",
            "connection/FlatSourceTest",
            // Files, batches and runs, which move bits without arithmetic.
            "data/",
            "io/ReaderMutationTest",
            "io/file/FileTextTest",
            "model/",
            "engine/signal/SignalHistoryProperties",
            "equation/C99Test",
            "equation/ZooPageTest",
            "equation/ZooTest",
            "blas/OpenBlasProcessTest",
            "blas/OpenBlasTest",
            "connection/DenseTest",
            "connection/ConvolutionTest",
            "connection/PoolTest",
            "connection/SparseFilesTest",
            "connection/kind/ConnectionKindsTest",
            "network/FingerprintTest",
            "session/SessionPoolTest",
            "session/SessionThreadsProperties",
            "network/ValueShapesTest",
            "network/plastic/LearningRestartTest",
            "train/run/InferenceWorkTest",
            "train/CheckpointMutationTest",
            "train/TrainingRunTest",
            "engine/ChangesBesideRunsTest",
            "engine/JitWarmUpTest",
            "engine/WaitingChangesTest",
            "train/gradient/BackwardNeedsTest",
            "network/ClosingTest",
            "network/memory/ForgottenSimulationTest",
            "network/memory/LimitedMemoryTest",
            "network/OneVersionTest",
            "network/plastic/ServingTest",
            "network/WarmUpTest",
            "train/BusyTest",
            "train/ChangesBesideGradientsTest",
            "train/RefusedMemoryTest",
            "train/WarmUpTrainerTest",
            // An interpreter with plain loops against a plainer one.
            "network/naive/GradientRoundingProperties",
            "network/naive/SlopesProperties",
            // Slow; RandomGradientsProperties and RandomTrainingProperties run other graphs at every width.
            "network/graph/RandomRecipeProperties");

    @Test
    void whatReachesKernelsRunsAtEveryWidth() throws IOException {
        Set<String> untagged = new TreeSet<>();
        Set<String> needless = new TreeSet<>();
        Set<String> used = new TreeSet<>();
        Map<String, Set<String>> classes = classes();
        for (String name : classes.keySet()) {
            if (!name.matches("[^$]*(?<!Allocation|Fallback)(Test|Properties)")) {
                continue;
            }
            boolean reaches = reachesVectors(name, classes);
            boolean tagged = classes.get(name).contains("EveryWidth");
            List<String> excepted = ONE_WIDTH.stream().filter(name::startsWith).toList();
            used.addAll(reaches ? excepted : List.of());
            if (reaches && !tagged && excepted.isEmpty()) {
                untagged.add(name);
            }
            if (tagged && (!reaches || !excepted.isEmpty())) {
                needless.add(name);
            }
        }
        assertEquals(Set.of(), untagged, "@EveryWidth, or a reason beside ONE_WIDTH");
        assertEquals(Set.of(), needless, "no kernel is reached, or ONE_WIDTH says that one width is enough");
        assertEquals(new TreeSet<>(ONE_WIDTH), used, "what ONE_WIDTH still excepts");
    }

    /** Returns true if the test refers to vectors, directly or through other classes. */
    private static boolean reachesVectors(String test, Map<String, Set<String>> classes) {
        Set<String> seen = new HashSet<>(Set.of(test));
        Deque<String> next = new ArrayDeque<>(seen);
        while (!next.isEmpty()) {
            for (String used : classes.get(next.pop())) {
                if (used.matches("kernel/.*Vector|simd/(Lanes|SimdWidth)")) {
                    return true;
                }
                if (classes.containsKey(used) && seen.add(used)) {
                    next.add(used);
                }
            }
        }
        return false;
    }

    private static Map<String, Set<String>> classes() throws IOException {
        Map<String, Set<String>> classes = new TreeMap<>();
        for (Path folder : Checkout.classes()) {
            Path root = folder.resolve(Path.of("dev", "spikelane"));
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file :
                        (Iterable<Path>) files.filter(path -> path.toString().endsWith(".class"))::iterator) {
                    ClassModel model = ClassFile.of().parse(file);
                    String name = model.thisClass().asInternalName();
                    classes.put(name.replaceFirst("^dev/spikelane/", ""), FloorsTest.used(model, NAME));
                }
            }
        }
        return classes;
    }
}
