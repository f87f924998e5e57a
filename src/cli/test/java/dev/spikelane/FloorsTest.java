package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ConstantDescs;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The packages of core, drawn in CONTRIBUTING, use only packages of lower rows. */
final class FloorsTest {

    /** The rows of the drawing, from the lowest. A room is a package with its subpackages. */
    private static final List<Set<String>> FLOORS = floors();

    private static final long MOST_QUALIFIED_EXPORTS = 6;

    private static final List<String> FREE_FUNCTIONS = List.of(
            "sin", "cos", "tan", "asin", "acos", "atan", "exp", "log", "log10", "cbrt", "atan2", "pow", "sinh", "cosh",
            "tanh", "hypot", "expm1", "log1p");

    /** The limit of public types in each package. Before you raise it, look for two types that can be one. */
    private static final Map<String, Long> EXPORTED_TYPES = Map.ofEntries(
            Map.entry("blas", 1L),
            Map.entry("connection", 16L),
            Map.entry("data", 4L),
            Map.entry("encode", 5L),
            Map.entry("io", 7L),
            Map.entry("kernel", 5L),
            Map.entry("memory", 8L),
            Map.entry("model", 7L),
            Map.entry("network", 13L),
            Map.entry("neuron", 21L),
            Map.entry("plot", 5L),
            Map.entry("random", 2L),
            Map.entry("session", 5L),
            Map.entry("train", 21L));

    /** A call that allocates unless C2 inlines it. */
    private static final String ALLOCATES = "asSlice";

    private static final Pattern USE = Pattern.compile("(?<![a-z/])dev/spikelane/([a-z/]+)/[A-Z]");

    private static List<ClassModel> classes = List.of();

    private static List<Set<String>> floors() {
        try {
            String page = Files.readString(Checkout.file("CONTRIBUTING.md"));
            String drawing = page.substring(page.indexOf("```text\ntrain") + 8);
            return drawing.substring(0, drawing.indexOf("```"))
                    .lines()
                    .map(row -> Set.of(row.strip().split(" +")))
                    .toList()
                    .reversed();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Module descriptors order the modules, so plot and cli are in no room. */
    @Test
    void packagesUseOnlyFloorsBelow() throws IOException {
        assertTrue(FLOORS.size() <= 16, FLOORS.size() + " floors, expected at most 16");
        Set<String> wrong = new TreeSet<>();
        Set<String> seen = new TreeSet<>();
        for (ClassModel file : classes()) {
            String own = packageOf(file);
            if (own.matches("(plot|cli)(\\..*)?")) {
                continue;
            }
            assertTrue(floor(own) >= 0, nameOf(file) + " is on no floor");
            for (String used : packagesUsedBy(file)) {
                seen.add(used);
                if (floor(used) >= floor(own) && !room(used).equals(room(own))) {
                    wrong.add(nameOf(file) + " uses " + used);
                }
            }
        }
        assertEquals(Set.of(), wrong);
        assertTrue(seen.containsAll(Set.of("memory", "random", "simd", "kernel.step", "neuron")), "found " + seen);
    }

    /** Includes packages of one room. */
    @Test
    void packagesUseNoneThatUsesThem() throws IOException {
        Map<String, Set<String>> uses = new TreeMap<>();
        for (ClassModel file : classes()) {
            uses.computeIfAbsent(packageOf(file), _ -> new TreeSet<>()).addAll(packagesUsedBy(file));
        }
        uses.forEach((name, used) -> used.remove(name));
        boolean found = true;
        while (found) {
            found = uses.values().removeIf(Set::isEmpty);
            uses.values().forEach(used -> used.retainAll(uses.keySet()));
        }
        assertEquals(Map.of(), uses);
    }

    @Test
    void packagesAreExportedWhoseTypesAreCounted() throws IOException {
        assertEquals(
                new TreeSet<>(EXPORTED_TYPES.keySet()),
                exported().stream()
                        .map(name -> name.replaceFirst("dev.spikelane.", ""))
                        .collect(Collectors.toCollection(TreeSet::new)));
        long qualified = exports().stream().filter(Exports::isQualified).count();
        assertTrue(qualified <= MOST_QUALIFIED_EXPORTS, qualified + " packages are exported to plot and cli");
    }

    /** Exported types use only exported types and no bare Object, with one exception that the Javadoc hides. */
    @Test
    void oneDoorLeadsToWhatIsHidden() throws IOException {
        Set<String> exported = exported();
        Set<String> doors = new TreeSet<>();
        Set<String> seen = classes().stream()
                .filter(file -> file.flags().has(AccessFlag.PUBLIC))
                .filter(file -> exported.contains("dev.spikelane." + packageOf(file)))
                .map(FloorsTest::nameOf)
                .collect(Collectors.toSet());
        for (ClassModel file : classes()) {
            // Members of an interface are public, even if the interface is not.
            if (!seen.contains(nameOf(file)) || !seen.contains(nameOf(file).replaceFirst("\\$.*", ""))) {
                continue;
            }
            for (MethodModel method : file.methods()) {
                if (!method.flags().has(AccessFlag.PUBLIC)) {
                    continue;
                }
                Matcher type = USE.matcher(method.methodType().stringValue());
                while (type.find()) {
                    if (!exported.contains("dev.spikelane." + type.group(1).replace('/', '.'))) {
                        doors.add(nameOf(file) + "." + method.methodName());
                    }
                }
                if (method.methodTypeSymbol().parameterList().contains(ConstantDescs.CD_Object)
                        && !method.methodName().equalsString("equals")) {
                    doors.add(nameOf(file) + "." + method.methodName());
                }
            }
        }
        assertEquals(Set.of("network.Network.laidOut"), doors);
    }

    @Test
    void usersHaveFewTypesToKnow() throws IOException {
        Set<String> types = exportedTypes();
        Map<String, Long> found = types.stream()
                .collect(Collectors.groupingBy(
                        type -> type.substring(0, type.indexOf('.')), TreeMap::new, Collectors.counting()));
        assertEquals(new TreeMap<>(EXPORTED_TYPES), found, types.toString());
    }

    @Test
    void whatUsersNameStandsOnAPageOrInAnExample() throws IOException {
        StringBuilder text = new StringBuilder(Files.readString(Checkout.file("README.md")));
        for (String folder : List.of("native", "src/site/markdown", "src/cli/test/java/dev/spikelane/example")) {
            try (Stream<Path> files = Files.list(Checkout.file(folder))) {
                for (Path file : files.filter(
                                each -> each.toString().matches(".*\\.(md|java)") && !each.endsWith("changelog.md"))
                        .toList()) {
                    text.append(Files.readString(file));
                }
            }
        }
        Set<String> words = new TreeSet<>(List.of(text.toString().split("\\W+")));
        Set<String> unsaid = new TreeSet<>();
        for (String type : exportedTypes()) {
            String name = type.substring(type.lastIndexOf('.') + 1);
            if (!words.contains(name)) {
                unsaid.add(name);
            }
        }
        assertEquals(Set.of(), unsaid);
    }

    private static Set<String> exportedTypes() throws IOException {
        Set<String> exported = exported();
        return classes().stream()
                .filter(file -> !nameOf(file).contains("$") && file.flags().has(AccessFlag.PUBLIC))
                .filter(file -> exported.contains("dev.spikelane." + packageOf(file)))
                .map(FloorsTest::nameOf)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    static Set<String> exported() throws IOException {
        return exports().stream()
                .filter(export -> !export.isQualified())
                .map(Exports::source)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<Exports> exports() throws IOException {
        List<Exports> exports = new ArrayList<>();
        for (Path classes : Checkout.inModules("target/classes")) {
            try (InputStream file = Files.newInputStream(classes.resolve("module-info.class"))) {
                exports.addAll(ModuleDescriptor.read(file).exports());
            }
        }
        return exports;
    }

    @Test
    void nothingUsesWhatItShouldNot() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (ClassModel file : classes()) {
            refuse(file, "sun/misc/", wrong);
            refuse(file, "jdk/internal/", wrong);
            if (packageOf(file).matches("(kernel|simd).*")) {
                refuse(file, "java/util/stream/", wrong);
            }
            if (!isCommandLine(file)) {
                for (String member : List.of("out", "err", "exit")) {
                    refuseMember(file, "java/lang/System", member, wrong);
                }
                refuseMember(file, "", "printStackTrace", wrong);
            }
        }
        assertEquals(List.of(), wrong);
    }

    /** The last bit of these functions of doubles depends on the CPU; StrictMath's does not. Pictures may differ. */
    @Test
    void resultsAreTheSameOnEveryCpu() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (ClassModel file : classes()) {
            if (!packageOf(file).startsWith("plot")) {
                for (String function : FREE_FUNCTIONS) {
                    refuseMember(file, "java/lang/Math", function, wrong);
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    /** Only classes that {@code SimdWidth} selects may use the Vector API, because its module may be missing. */
    @Test
    void onlyVectorVariantsUseTheVectorApi() throws IOException {
        Set<String> users = new TreeSet<>();
        for (ClassModel file : classes()) {
            if (uses(file, "jdk/incubator/vector/")) {
                users.add(nameOf(file).replaceFirst("\\$.*", ""));
            }
        }
        Set<String> species = Set.of("simd.SimdWidth", "simd.Lanes", "simd.IntLanes", "simd.OtherLanes");
        assertTrue(users.containsAll(species), "found " + users);
        users.removeAll(species);
        assertTrue(users.size() > 1);
        users.removeIf(name ->
                name.matches("(simd|kernel\\.((product|step)(\\.[a-z]+)?|encode|norm|optimize|pool))\\.\\w+Vector"));
        assertEquals(Set.of(), users);
    }

    /**
     * If vector methods meet two classes of floats or of integers in a JVM, C2 boxes in large loops. Only vectors of
     * short have another width.
     */
    @Test
    void vectorsOfANumberHaveOneWidth() throws IOException {
        List<String> made = new ArrayList<>();
        for (ClassModel file : classes()) {
            for (PoolEntry entry : file.constantPool()) {
                if (entry instanceof MemberRefEntry use
                        && use.owner().asInternalName().startsWith("jdk/incubator/vector/")
                        && use.name().stringValue().matches("of|ofLargestShape|withShape|withLanes|SPECIES_.*")) {
                    made.add(nameOf(file).replaceFirst(".*\\.", "") + " " + use.name());
                }
            }
        }
        assertEquals(
                Set.of(
                        "IntLanes withLanes",
                        "IntegerSumsVector of",
                        "Lanes of",
                        "OtherLanes withLanes",
                        "SimdWidth$Widest SPECIES_PREFERRED"),
                new TreeSet<>(made));
    }

    /** One class reorders between torch's order and rows; three others move single elements by {@code Shape.torch}. */
    @Test
    void oneClassReorders() throws IOException {
        Set<String> users = new TreeSet<>();
        List<String> singles = new ArrayList<>();
        for (ClassModel file : classes()) {
            for (String member : List.of("toTorch", "toInside", "reordered")) {
                List<String> found = new ArrayList<>();
                refuseMember(file, "memory/Shape", member, found);
                if (!found.isEmpty()) {
                    users.add(nameOf(file));
                }
            }
            refuseMember(file, "memory/Shape", "torch", singles);
            refuseMember(file, "memory/Shape", "inside", singles);
        }
        assertEquals(Set.of("simd.TorchLayout"), users);
        assertEquals(
                new TreeSet<>(Set.of(
                        "connection.operator.FlattenInputGradient uses inside",
                        "connection.operator.FlattenInputGradient uses torch",
                        "connection.operator.FlattenOperator uses inside",
                        "connection.operator.FlattenOperator uses torch",
                        "simd.TorchLayout uses inside",
                        "simd.TorchLayout uses torch",
                        "train.BoundLoss uses inside")),
                new TreeSet<>(singles));
    }

    /**
     * Only these methods pass vectors: C2 may not inline a small method, and then boxes them. Their callers are too
     * long to be inlined, so C2 has counts of their calls; see the notes on C2.
     */
    @Test
    void vectorsStayInTheirMethods() throws IOException {
        Set<String> open = new TreeSet<>();
        for (ClassModel file : classes()) {
            for (MethodModel method : file.methods()) {
                if (method.methodType().stringValue().contains("jdk/incubator/vector/")
                        && method.methodName().stringValue().indexOf('$') < 0) {
                    open.add(nameOf(file).replaceFirst(".*\\.", "") + "." + method.methodName());
                }
            }
        }
        assertEquals(
                new TreeSet<>(Set.of(
                        "BernoulliRowVector.fired",
                        "DoublesVector.load",
                        "QuantizeUniformVector.level",
                        "QuantizeUniformVector.within",
                        "SpikePermuteVector.zip")),
                open);
    }

    /**
     * A kernel or encoder that slices, or passes vectors, is too long to be inlined (325 bytes), like unrolled copies
     * of loops: if a caller inlines it and C2 has no counts of its calls, these stay calls that allocate.
     */
    @Test
    void kernelsThatAllocateUnlessCallsAreInlinedAreNot() throws IOException {
        List<String> shorter = new ArrayList<>();
        for (ClassModel file : classes()) {
            if (!packageOf(file).matches("(kernel|encode|memory|simd).*")) {
                continue;
            }
            for (MethodModel method : file.methods()) {
                CodeAttribute code = method.findAttribute(Attributes.code()).orElse(null);
                Set<String> calls = code == null ? Set.of() : calls(code);
                if (calls.contains(ALLOCATES) && !calls.contains("next") && code.codeLength() <= 325) {
                    shorter.add(nameOf(file) + "." + method.methodName());
                }
            }
        }
        Collections.sort(shorter);
        assertEquals(
                List.of(
                        "kernel.product.spike.ProductScratch.<init>",
                        "kernel.product.spike.SpikePermuteVector.<clinit>",
                        "memory.FloatMatrix.rows",
                        "memory.SpikeMatrix.rows"),
                shorter);
    }

    private static Set<String> calls(CodeAttribute code) {
        return code.elementStream()
                .filter(InvokeInstruction.class::isInstance)
                .map(InvokeInstruction.class::cast)
                .map(call -> call.owner().asInternalName().startsWith("dev/")
                                && call.type().stringValue().contains("jdk/incubator/vector/")
                        ? ALLOCATES
                        : call.name().stringValue())
                .collect(Collectors.toSet());
    }

    /** Core needs no drawing library and no window system. */
    @Test
    void onlyPicturesAndTheCommandLineUseLibraries() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (ClassModel file : classes()) {
            if (!packageOf(file).startsWith("plot")) {
                for (String library : List.of("java/awt/", "javax/imageio/", "org/knowm/", "de/erichseifert/")) {
                    refuse(file, library, wrong);
                }
            }
            if (!isCommandLine(file)) {
                refuse(file, "picocli/", wrong);
            }
        }
        assertEquals(List.of(), wrong);
    }

    private static void refuse(ClassModel file, String name, List<String> wrong) {
        if (uses(file, name)) {
            wrong.add(nameOf(file) + " uses " + name);
        }
    }

    private static void refuseMember(ClassModel file, String owner, String member, List<String> wrong) {
        for (PoolEntry entry : file.constantPool()) {
            if (entry instanceof MemberRefEntry use
                    && use.name().equalsString(member)
                    && use.owner().asInternalName().endsWith(owner)) {
                wrong.add(nameOf(file) + " uses " + member);
            }
        }
    }

    private static boolean uses(ClassModel file, String name) {
        for (PoolEntry entry : file.constantPool()) {
            if (entry instanceof Utf8Entry text && text.stringValue().contains(name)) {
                return true;
            }
        }
        return false;
    }

    private static Set<String> packagesUsedBy(ClassModel file) {
        return used(file, USE).stream().map(name -> name.replace('/', '.')).collect(Collectors.toSet());
    }

    /** Returns the first groups of what matches in the texts of a class file. */
    static Set<String> used(ClassModel file, Pattern pattern) {
        Set<String> used = new TreeSet<>();
        for (PoolEntry entry : file.constantPool()) {
            if (entry instanceof Utf8Entry text) {
                pattern.matcher(text.stringValue()).results().forEach(found -> used.add(found.group(1)));
            }
        }
        return used;
    }

    static synchronized List<ClassModel> classes() throws IOException {
        if (classes.isEmpty()) {
            List<ClassModel> read = new ArrayList<>();
            for (Path folder : Checkout.inModules("target/classes/dev/spikelane")) {
                try (Stream<Path> files = Files.walk(folder)) {
                    for (Path file : (Iterable<Path>)
                            files.filter(path -> path.toString().endsWith(".class"))::iterator) {
                        read.add(ClassFile.of().parse(file));
                    }
                }
            }
            classes = read;
        }
        return classes;
    }

    static String nameOf(ClassModel file) {
        return file.thisClass()
                .asInternalName()
                .replaceFirst("^dev/spikelane/", "")
                .replace('/', '.');
    }

    private static String packageOf(ClassModel file) {
        String name = nameOf(file);
        return name.substring(0, name.lastIndexOf('.'));
    }

    private static boolean isCommandLine(ClassModel file) {
        return packageOf(file).matches("cli(\\..*)?");
    }

    private static int floor(String name) {
        return IntStream.range(0, FLOORS.size())
                .filter(floor -> FLOORS.get(floor).contains(room(name)))
                .findFirst()
                .orElse(-1);
    }

    private static String room(String name) {
        return FLOORS.stream()
                .flatMap(Set::stream)
                .filter(room -> (name + ".").startsWith(room + "."))
                .max(Comparator.comparing(String::length))
                .orElse("");
    }

    @Test
    void thePageListsThePackages() throws IOException {
        String page = Files.readString(Checkout.file("src/site/markdown/how-it-works.md"));
        Set<String> listed = new TreeSet<>();
        for (String row : page.substring(page.indexOf("## Packages")).split("\n")) {
            String[] cells = row.split("\\|");
            if (cells.length == 3 && cells[1].contains("`")) {
                listed.addAll(names(cells[1], ""));
                String inside = cells[2].replaceAll("^[^(]*\\(?|\\).*", "");
                listed.addAll(cells[1].contains("`kernel`") ? names(inside, "kernel.") : Set.of());
            }
        }
        Set<String> expected = Stream.concat(FLOORS.stream().flatMap(Set::stream), Stream.of("plot", "cli"))
                .map(name -> name.replaceFirst("^((?!kernel)\\w+|kernel\\.\\w+)\\..*", "$1"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(expected, listed);
    }

    private static Set<String> names(String cell, String prefix) {
        return Pattern.compile("`(\\w+)`")
                .matcher(cell)
                .results()
                .map(found -> prefix + found.group(1))
                .collect(Collectors.toSet());
    }
}
