package dev.spikelane.kernel;

import dev.spikelane.simd.SimdWidth;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;

/** Compares the vector variant with the specification; skipped at scalar width, where both are equal. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@AddLifecycleHook(ComparesVectors.WhereVectorsServe.class)
public @interface ComparesVectors {

    @SuppressWarnings({"exports", "missing-explicit-ctor"})
    final class WhereVectorsServe implements SkipExecutionHook {
        @Override
        public SkipResult shouldBeSkipped(LifecycleContext context) {
            return SimdWidth.VECTOR
                    ? SkipResult.doNotSkip()
                    : SkipResult.skip("no vectors to compare with the specification");
        }
    }
}
