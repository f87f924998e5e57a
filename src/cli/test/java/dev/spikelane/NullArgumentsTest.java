package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.connection.Dense;
import dev.spikelane.train.EpochResult;
import dev.spikelane.train.Loss;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.instruction.LocalVariable;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls the public API with null for each argument in turn, and valid values for the others. */
final class NullArgumentsTest {

    /** Created only by runs or OpenBLAS, or called in loops that run millions of times. */
    private static final List<Class<?>> UNSAMPLED =
            List.of(Dense.ByOpenBlas.class, EpochResult.class, Loss.Computation.class, Loss.Gradient.class);

    /** Implemented by programs and called by the library. */
    private static final List<String> CALLED_BACK = List.of(
            "InputEncoding.encode",
            "SessionStore.write",
            "SessionStore.read",
            "Metrics.record",
            "Steps.run",
            "SpikeCounts.observe",
            "SpikeTimes.observe",
            "Loss.divisor",
            "CrossEntropyLoss.divisor",
            "SquaredErrorLoss.divisor",
            "Dataset.read",
            "Dataset.readSpikes",
            "SpikeChange.apply",
            "Scores.score",
            "Surrogate.backward",
            "Gradient.of",
            "Gradient.ofSpikes",
            "Gradient.ofMembranes");

    @TempDir
    private static Path folder;

    private final ArgumentSamples samples = new ArgumentSamples(folder);
    private int calls;

    @Test
    void eachArgumentIsNamed() throws IOException, ReflectiveOperationException {
        TreeSet<String> wrong = new TreeSet<>();
        for (Class<?> type : types()) {
            for (Constructor<?> constructor : type.getConstructors()) {
                attempt(constructor, wrong);
            }
            for (Method method : type.getDeclaredMethods()) {
                if (Modifier.isPublic(method.getModifiers())
                        && !method.isSynthetic()
                        && !method.isBridge()
                        && !isLeftOut(method)) {
                    attempt(method, wrong);
                }
            }
        }
        assertEquals("", String.join(System.lineSeparator(), wrong));
        assertTrue(calls > 850, calls + " calls");
    }

    private static boolean isLeftOut(Method method) {
        String type = method.getDeclaringClass().getSimpleName();
        return method.getName().equals("equals")
                || method.getName().equals("valueOf")
                || method.getName().matches("require(Finite|Accessible|Shape|Shared)") // names only for messages
                || type.endsWith("Observer")
                || CALLED_BACK.contains(type + "." + method.getName());
    }

    static List<Class<?>> types() throws IOException, ReflectiveOperationException {
        List<Class<?>> types = new ArrayList<>();
        for (String exported : FloorsTest.exported()) {
            Path below = Path.of("target/classes", exported.split("\\."));
            Path folder = Checkout.inModules(below.toString()).stream()
                    .filter(Files::isDirectory)
                    .findFirst()
                    .orElseThrow();
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    String simple = file.getFileName().toString().replaceFirst("\\.class$", "");
                    if (!simple.contains(".") && !simple.endsWith("-info")) {
                        Class<?> type = Class.forName(exported + "." + simple);
                        if (isPublic(type) && !(type.isMemberClass() && type.isRecord())) {
                            types.add(type);
                        }
                    }
                }
            }
        }
        return types;
    }

    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
    }

    private void attempt(Executable call, TreeSet<String> wrong) throws ReflectiveOperationException {
        Parameter[] parameters = call.getParameters();
        for (int i = 0; i < parameters.length; i++) {
            Class<?> type = parameters[i].getType();
            if (!type.isPrimitive() && !hasSamples(call) && !UNSAMPLED.contains(call.getDeclaringClass())) {
                wrong.add(call.getDeclaringClass().getSimpleName() + " has no sample");
            } else if (!type.isPrimitive() && hasSamples(call) && !isNullable(parameters[i])) {
                Object[] arguments = new Object[parameters.length];
                for (int j = 0; j < arguments.length; j++) {
                    arguments[j] = j == i ? null : samples.value(parameters[j].getType());
                }
                String failure = failure(call, arguments, i);
                if (!failure.isEmpty()) {
                    wrong.add(call.getDeclaringClass().getSimpleName() + "." + call.getName() + " "
                            + Arrays.stream(call.getParameterTypes())
                                    .map(Class::getSimpleName)
                                    .toList() + " argument " + i + ": " + failure);
                }
                calls++;
            }
        }
    }

    private static boolean isNullable(Parameter parameter) {
        return parameter.getAnnotatedType().isAnnotationPresent(Nullable.class) || isNullableComponent(parameter);
    }

    /** A compact constructor does not keep annotations of arrays. */
    private static boolean isNullableComponent(Parameter parameter) {
        Executable call = parameter.getDeclaringExecutable();
        RecordComponent[] components = call.getDeclaringClass().getRecordComponents();
        if (components == null || !(call instanceof Constructor) || components.length != call.getParameterCount()) {
            return false;
        }
        int place = List.of(call.getParameters()).indexOf(parameter);
        return components[place].getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private boolean hasSamples(Executable call) {
        return call instanceof Constructor
                || Modifier.isStatic(call.getModifiers())
                || samples.value(call.getDeclaringClass()) != null;
    }

    /** Returns why the failure is wrong; empty if it names the argument, or refuses another argument with a message. */
    private String failure(Executable call, Object[] arguments, int argument) throws ReflectiveOperationException {
        try {
            if (call instanceof Constructor<?> constructor) {
                constructor.newInstance(arguments);
            } else {
                Object target = Modifier.isStatic(call.getModifiers()) ? null : samples.value(call.getDeclaringClass());
                ((Method) call).invoke(target, arguments);
            }
            return "accepted";
        } catch (InvocationTargetException thrown) {
            Throwable cause = thrown.getCause();
            String message = String.valueOf(cause.getMessage());
            if (cause instanceof NullPointerException) {
                return message.matches("[a-z][A-Za-z]*( [a-zA-Z ]+)?") && !message.equals("null")
                                || message.matches(".* because \"" + name(call, argument) + "\" is null")
                        ? ""
                        : "NullPointerException: " + message;
            }
            return cause instanceof IllegalArgumentException || cause instanceof IllegalStateException
                    ? ""
                    : cause.toString();
        }
    }

    /** Returns the argument's name in the bytecode, as in the JVM's messages; any name for an abstract method. */
    private static String name(Executable call, int argument) {
        int slot = Modifier.isStatic(call.getModifiers()) ? 0 : 1;
        for (Class<?> before : Arrays.asList(call.getParameterTypes()).subList(0, argument)) {
            slot += before == long.class || before == double.class ? 2 : 1;
        }
        int own = slot;
        Class<?> returned = call instanceof Method method ? method.getReturnType() : void.class;
        String type = MethodType.methodType(returned, call.getParameterTypes()).toMethodDescriptorString();
        String method = call instanceof Method ? call.getName() : "<init>";
        return code(call.getDeclaringClass()).methods().stream()
                .filter(each -> each.methodName().equalsString(method)
                        && each.methodType().equalsString(type))
                .flatMap(each -> each.code().stream())
                .flatMap(CodeModel::elementStream)
                .filter(each -> each instanceof LocalVariable variable && variable.slot() == own)
                .map(each -> ((LocalVariable) each).name().stringValue())
                .findFirst()
                .orElse("[a-z]+");
    }

    private static ClassModel code(Class<?> type) {
        try (InputStream bytes = type.getResourceAsStream(type.getName().replaceFirst(".*\\.", "") + ".class")) {
            return ClassFile.of().parse(Objects.requireNonNull(bytes).readAllBytes());
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
