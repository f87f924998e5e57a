package dev.spikelane.blas;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Tells the OpenBLAS that the library has loaded how many threads to use; the library itself sets them once. To be told
 * before each pass, because others in the process may use the same OpenBLAS. Loaded only if there is one.
 */
public final class BlasThreads {

    private static final MethodHandle SET = find();

    private BlasThreads() {}

    /** From now on. */
    public static void set(int threads) {
        try {
            SET.invokeExact(threads);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    @SuppressWarnings("restricted") // calling C is what this class is for
    private static MethodHandle find() {
        String description = OpenBlas.describe();
        String file = description.substring(description.lastIndexOf(", ") + 2);
        return Linker.nativeLinker()
                .downcallHandle(
                        SymbolLookup.libraryLookup(file, Arena.global()).findOrThrow("openblas_set_num_threads"),
                        FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
    }
}
