"""The list of Wi-Fi places says what one needs to get into the network."""

from __future__ import annotations


def test_the_list_of_wifi_says_the_networks_name_first(sample_store):
    from django.test import Client

    text = Client(HTTP_HOST="127.0.0.1").get("/list/wifi_hotspots?lang=ja").content.decode()
    assert 'data-title="SSID"' in text
    assert text.index('data-title="SSID"') < text.index('data-title="所在地"')
