// Everything on the page works without this: it makes the calls from the browser, and keeps times and meters current.
'use strict';
{
	const refreshMillis = 3000;
	const maxCards = 12;
	const find = (selector) => document.querySelector(selector);
	const json = async (url) => {
		const response = await fetch(url, { cache: 'no-store', headers: { Accept: 'application/json' } });
		if (!response.ok) {
			throw new Error(String(response.status));
		}
		return response.json();
	};
	const cell = (name, text) => {
		const cell = document.createElement(name);
		cell.textContent = text;
		return cell;
	};

	// The token
	const due = find('#due');
	const showDue = () => {
		const seconds = Math.ceil((due.dataset.due - Date.now()) / 1000);
		due.textContent = seconds > 0 ? `due in ${seconds} s` : 'due now';
	};
	const showExpiry = (expiresAt) => {
		const old = Number(due.dataset.due);
		const skew = 60_000;
		if (expiresAt - skew > old) {
			due.dataset.due = String(expiresAt - skew);
			find('#expires').textContent = `${new Date(expiresAt).toISOString().slice(11, 19)} UTC`;
			showDue();
		}
	};
	if (due) {
		setInterval(showDue, 1000);
	}

	// Many calls at once
	const storm = find('#storm');
	const answers = find('#answers');
	const show = (settled) => {
		const infos = settled.filter((one) => one.status === 'fulfilled').map((one) => one.value);
		const failed = settled.length - infos.length;
		const ways = [...answers.querySelectorAll('[data-way]')].map((way) => way.dataset.way);
		const rows = [...new Set(infos.map((info) => info.instance))].sort().map((instance) => {
			const row = document.createElement('tr');
			const head = cell('th', instance);
			head.scope = 'row';
			head.className = 'name';
			const count = (way) => infos.filter((info) => info.instance === instance && info.obtained === way).length;
			row.append(head, ...ways.map((way) => cell('td', count(way))));
			return row;
		});
		answers.querySelector('tbody').replaceChildren(...rows);
		// Without the starter, nobody tells how a token was obtained.
		const coordinated = storm.dataset.coordinated === 'true';
		answers.querySelector('table').hidden = !coordinated || rows.length === 0;
		const refreshes = infos.filter((info) => ['refreshed', 'early'].includes(info.obtained)).length;
		find('#sum').textContent = !coordinated ? `${infos.length} of ${settled.length} calls were given a token.`
			: `The provider saw ${refreshes === 1 ? '1 refresh' : `${refreshes} refreshes`}.`
			+ (failed > 0 ? ` ${failed} calls had no answer.` : '');
		const expiries = infos.map((info) => Date.parse(info.expiresAt)).filter((time) => !Number.isNaN(time));
		if (due && expiries.length > 0) {
			showExpiry(Math.max(...expiries));
		}
	};
	storm?.addEventListener('submit', async (event) => {
		event.preventDefault();
		const button = storm.querySelector('button');
		if (button.getAttribute('aria-disabled') === 'true') {
			return;
		}
		button.setAttribute('aria-disabled', 'true');
		find('#sum').textContent = 'Calling …';
		const calls = Array.from({ length: Number(storm.dataset.calls) }, () => json(storm.dataset.api));
		show(await Promise.allSettled(calls));
		button.removeAttribute('aria-disabled');
	});

	// The meters: each request may reach another instance, which gets a card of its own
	const meters = find('#meters');
	const card = (instance) => {
		const cards = [...meters.children];
		const known = cards.find((one) => one.dataset.instance === instance);
		if (known || cards.length >= maxCards) {
			return known;
		}
		const added = cards[0].cloneNode(true);
		added.dataset.instance = instance;
		added.setAttribute('aria-label', `Instance ${instance}`);
		meters.insertBefore(added, cards.find((one) => one.dataset.instance > instance) ?? null);
		return added;
	};
	const follow = async () => {
		if (!document.hidden && find('#follow input').checked) {
			try {
				const readings = await json(meters.dataset.api);
				card(readings.instance)?.querySelectorAll('[data-meter]').forEach((field) => {
					field.textContent = readings[field.dataset.meter];
				});
			} catch {
				// The instance is gone, or the user logged out elsewhere: the next answer may come from another.
			}
		}
		setTimeout(follow, refreshMillis);
	};
	if (meters) {
		find('#follow').hidden = false;
		find('#more-meters').hidden = false;
		setTimeout(follow, refreshMillis);
	}
}
