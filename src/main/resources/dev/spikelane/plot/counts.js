/** Spikes of each neuron in the first steps. Moving forward adds only what is new. */
function countsUpTo(figure, step) {
    const train = figure.train;
    if (!figure.counted || figure.counted.step > step) {
        figure.counted = { step: 0, counts: new Array(train.neurons).fill(0) };
    }
    const counted = figure.counted;
    for (; counted.step < step; counted.step++) {
        for (let neuron = 0; neuron < train.neurons; neuron++) {
            counted.counts[neuron] += fires(train, counted.step, neuron);
        }
    }
    return counted.counts;
}

/** Bars that grow step by step; the leading ones in another colour. */
function countItems(figure, theme, step) {
    const counts = countsUpTo(figure, step);
    const most = Math.max(1, ...counts);
    return counts.map((count) => ({ value: count, itemStyle: { color: count === most ? theme.accent : theme.bar } }));
}

function countsChart(figure, theme, width) {
    const final = Math.max(1, ...countsUpTo(figure, figure.train.steps));
    const longest = Math.max(...figure.labels.map((label) => label.length));
    const left = clamp(longest * 7 + 18, 34, Math.min(140, width * 0.32));
    const pitch = figure.labels.length > 30 ? 14 : 26;
    const height = figure.labels.length * pitch;
    const option = baseOption(theme);
    option.grid = { left: left, right: 46, top: 4, height: height };
    option.xAxis = axis(theme, {
        type: 'value',
        min: 0,
        max: final,
        minInterval: 1,
        name: 'spikes',
        nameLocation: 'middle',
        nameGap: 24,
        splitLine: { show: true, lineStyle: { color: theme.line } },
    });
    option.xAxis.axisLabel.showMaxLabel = false;
    option.yAxis = axis(theme, { type: 'category', data: figure.labels, inverse: true });
    Object.assign(option.yAxis.axisLabel, { fontSize: pitch > 20 ? 12 : 10, width: left - 12, overflow: 'truncate', color: theme.ink });
    option.yAxis.axisTick = { show: false };
    option.series = [{
        type: 'bar',
        data: countItems(figure, theme, figure.step),
        barWidth: '70%',
        label: { show: true, position: 'right', color: theme.ink, fontSize: pitch > 20 ? 12 : 10 },
    }];
    option.tooltip.formatter = (bar) => echarts.format.encodeHTML(figure.labels[bar.dataIndex]) + ': ' + bar.value
        + (bar.value === 1 ? ' spike' : ' spikes') + ' after ' + figure.step + ' steps';
    return { height: height + 54, option: option };
}

/** Play, pause and a slider over the steps; long trains advance by several steps, so that none takes more than some ten seconds. */
function countsControls(figure, element, show) {
    const steps = figure.train.steps;
    const stride = Math.max(1, Math.ceil(steps / 250));
    const controls = document.createElement('div');
    const button = document.createElement('button');
    const slider = document.createElement('input');
    const output = document.createElement('output');
    let timer = 0;
    const moveTo = (step) => {
        figure.step = clamp(step, 0, steps);
        slider.value = figure.step;
        output.textContent = 'step ' + figure.step + ' of ' + steps;
        show();
    };
    const pause = () => {
        clearInterval(timer);
        timer = 0;
        button.textContent = 'Play';
    };
    const play = () => {
        if (figure.step >= steps) {
            moveTo(0);
        }
        button.textContent = 'Pause';
        timer = setInterval(() => {
            moveTo(figure.step + stride);
            if (figure.step >= steps) {
                pause();
            }
        }, 40);
    };
    controls.className = 'controls';
    button.type = 'button';
    button.textContent = 'Play';
    button.onclick = () => (timer ? pause() : play());
    slider.type = 'range';
    slider.min = 0;
    slider.max = steps;
    slider.setAttribute('aria-label', 'step');
    slider.oninput = () => {
        pause();
        moveTo(Number(slider.value));
    };
    controls.append(button, slider, output);
    element.before(controls);
    slider.value = steps;
    output.textContent = 'step ' + steps + ' of ' + steps;
}
