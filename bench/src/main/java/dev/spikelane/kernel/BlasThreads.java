package dev.spikelane.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Tells the OpenBLAS that the library has loaded how many threads to use. The library itself sets them once. */
public final class BlasThreads {

    private static final String FUNCTION = "openblas_set_num_threads";

    private BlasThreads() {}

    /** From now on. */
    @SuppressWarnings("restricted") // calling C is what this class is for
    public static void set(int threads) {
        String description = OpenBlas.describe();
        String file = description.substring(description.lastIndexOf(", ") + 2);
        MethodHandle set = Linker.nativeLinker()
                .downcallHandle(
                        SymbolLookup.libraryLookup(file, Arena.global()).findOrThrow(FUNCTION),
                        FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
        try {
            set.invokeExact(threads);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }
}
