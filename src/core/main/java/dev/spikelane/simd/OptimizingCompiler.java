package dev.spikelane.simd;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Finds JVMs without a C2 compiler, in which every vector operation is a call that allocates. */
final class OptimizingCompiler {

    private static final int C2_LEVEL = 4;

    private OptimizingCompiler() {}

    static @Nullable String missing() {
        boolean hasBean = ModuleLayer.boot().findModule("jdk.management").isPresent();
        return missing(
                System.getProperty("java.vm.name", ""),
                System.getProperty("java.vm.info", ""),
                hasBean ? Flags::value : _ -> "");
    }

    /**
     * Returns the reason why a JVM has no C2, or null.
     *
     * @param name its {@code java.vm.name}
     * @param mode its {@code java.vm.info}, which names the emulated client up to JDK 26 only
     * @param flag returns the value of a flag, or an empty text if the JVM has no such flag
     */
    static @Nullable String missing(String name, String mode, UnaryOperator<String> flag) {
        if (name.contains("OpenJ9")) {
            return name;
        }
        if (mode.contains("interpreted") || mode.contains("emulated-client")) {
            return mode;
        }
        String level = flag.apply("TieredStopAtLevel");
        if (!level.isEmpty() && Integer.parseInt(level) < C2_LEVEL) {
            return "TieredStopAtLevel=" + level;
        }
        if (flag.apply("CompilationMode").equals("quick-only")) {
            return "CompilationMode=quick-only";
        }
        return flag.apply("NeverActAsServerClassMachine").equals("true") ? "NeverActAsServerClassMachine" : null;
    }

    /** Loaded only if the module jdk.management is present. */
    private static final class Flags {

        private static final @Nullable HotSpotDiagnosticMXBean BEAN =
                ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);

        private Flags() {}

        static String value(String flag) {
            try {
                return BEAN == null ? "" : BEAN.getVMOption(flag).getValue();
            } catch (IllegalArgumentException unknown) {
                return "";
            }
        }
    }
}
