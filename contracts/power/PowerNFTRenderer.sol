// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Base64 } from "@openzeppelin/contracts/utils/Base64.sol";
import { Strings } from "@openzeppelin/contracts/utils/Strings.sol";

import { IPowerNFT } from "./IPowerNFT.sol";
import { IPowerNFTRenderer } from "./IPowerNFTRenderer.sol";

/// @title Metadata and picture of power NFTs
contract PowerNFTRenderer is IPowerNFTRenderer {
    using Strings for uint256;

    /// @dev The circumference of the ring, rounded up, in units of the picture: 2 pi * 96.
    uint256 private constant RING_LENGTH = 604;

    /// @inheritdoc IPowerNFTRenderer
    function tokenURI(uint256 id) external view returns (string memory) {
        IPowerNFT nft = IPowerNFT(msg.sender);
        IPowerNFT.Power memory power = nft.powerOf(id);
        (uint256 earned, uint256 payableNow) = (nft.earnedOf(id), nft.payableOf(id));
        string memory json = string.concat(
            '{"name":"Power #',
            id.toString(),
            '","description":"A share of the block rewards of Filecoin miner f0',
            uint256(power.minerId).toString(),
            ', backed by named sectors.","attributes":[',
            _attributes(power, nft.sectorsOf(id), earned, payableNow),
            _guarantee(nft.guaranteeOf(id)),
            '],"image":"data:image/svg+xml;base64,',
            Base64.encode(bytes(_picture(id, power, earned, payableNow))),
            '"}'
        );
        return string.concat("data:application/json;base64,", Base64.encode(bytes(json)));
    }

    function _attributes(
        IPowerNFT.Power memory power,
        IPowerNFT.SectorRange[] memory sectors,
        uint256 earned,
        uint256 payableNow
    ) private pure returns (string memory) {
        string memory first = string.concat(
            _text("Miner", string.concat("f0", uint256(power.minerId).toString())),
            ",",
            _text("Nominal power", _bytes(power.nominalPower)),
            ",",
            _text("Weight", _bytes(power.weight)),
            ",",
            _text("Sectors", _runs(sectors)),
            ","
        );
        return
            string.concat(
                first,
                _number("Sector count", power.sectorCount),
                ",",
                _number("Expiry epoch", power.expiry),
                ",",
                _text("Income to date", _fil(earned)),
                ",",
                _text("Payable now", _fil(payableNow))
            );
    }

    /// @dev The attributes of a guarantee; none without one.
    function _guarantee(IPowerNFT.GuaranteeStatus memory guarantee) private pure returns (string memory) {
        if (guarantee.promised == 0) return "";
        return
            string.concat(
                ",",
                _text("Guarantee", _fil(guarantee.promised)),
                ",",
                _text("Guarantee remaining", _fil(guarantee.remaining)),
                ",",
                _text("Guarantee due to date", _fil(guarantee.due)),
                ",",
                _text("Guarantee payable now", _fil(guarantee.payableNow))
            );
    }

    /// @dev A card of 480 x 480: a ring that shows weight over nominal power, and the figures.
    function _picture(
        uint256 id,
        IPowerNFT.Power memory power,
        uint256 earned,
        uint256 payableNow
    ) private view returns (string memory) {
        string memory head = string.concat(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 480" font-family="sans-serif" fill="#fff" ',
            'text-anchor="middle"><rect width="480" height="480" rx="24" fill="#0b1a2e"/>',
            _line(52, 26, string.concat("Power #", id.toString())),
            _ring(power),
            _line(192, 30, _bytes(power.weight)),
            _line(222, 16, string.concat("of ", _bytes(power.nominalPower)))
        );
        return
            string.concat(
                head,
                _line(
                    340,
                    18,
                    string.concat(
                        "f0",
                        uint256(power.minerId).toString(),
                        unicode" · ",
                        uint256(power.sectorCount).toString(),
                        " sectors"
                    )
                ),
                _line(376, 18, string.concat("income ", _fil(earned))),
                _line(406, 18, string.concat("payable ", _fil(payableNow))),
                _line(440, 15, _term(power)),
                "</svg>"
            );
    }

    /// @dev A pale ring, and on it an arc for the part of nominal power that weighs.
    function _ring(IPowerNFT.Power memory power) private pure returns (string memory ring) {
        ring = '<circle cx="240" cy="196" r="96" fill="none" stroke="#1d3a5f" stroke-width="18"/>';
        uint256 arc = (uint256(power.weight) * RING_LENGTH) / power.nominalPower;
        if (arc == 0) return ring;
        ring = string.concat(
            ring,
            '<circle cx="240" cy="196" r="96" fill="none" stroke="#35c2ff" stroke-width="18" stroke-dasharray="',
            arc.toString(),
            " ",
            RING_LENGTH.toString(),
            '" transform="rotate(-90 240 196)"/>'
        );
    }

    function _term(IPowerNFT.Power memory power) private view returns (string memory) {
        string memory epoch = uint256(power.expiry).toString();
        if (block.number >= power.expiry) return string.concat("expired at epoch ", epoch);
        return string.concat(power.attestedAt == 0 ? unicode"not attested yet · " : "", "until epoch ", epoch);
    }

    function _line(uint256 y, uint256 size, string memory text) private pure returns (string memory) {
        return
            string.concat('<text x="240" y="', y.toString(), '" font-size="', size.toString(), '">', text, "</text>");
    }

    function _text(string memory trait, string memory value) private pure returns (string memory) {
        return string.concat('{"trait_type":"', trait, '","value":"', value, '"}');
    }

    function _number(string memory trait, uint256 value) private pure returns (string memory) {
        return string.concat('{"trait_type":"', trait, '","display_type":"number","value":', value.toString(), "}");
    }

    /// @dev The first eight runs of sectors: "1-32, 40".
    function _runs(IPowerNFT.SectorRange[] memory sectors) private pure returns (string memory out) {
        for (uint256 i = 0; i < sectors.length && i < 8; ++i) {
            uint256 start = sectors[i].start;
            out = string.concat(out, i == 0 ? "" : ", ", start.toString());
            if (sectors[i].count > 1) out = string.concat(out, "-", (start + sectors[i].count - 1).toString());
        }
        if (sectors.length > 8) out = string.concat(out, ", ...");
    }

    /// @dev attoFIL as FIL with four decimals, rounded down.
    function _fil(uint256 atto) private pure returns (string memory) {
        return string.concat(_decimals((atto * 10_000) / 1 ether, 4), " FIL");
    }

    /// @dev Bytes in the largest binary unit, with two decimals, rounded down.
    function _bytes(uint256 value) private pure returns (string memory) {
        if (value < 1 << 10) return string.concat(value.toString(), " B");
        string[6] memory units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        uint256 unit = 0;
        while (unit < 5 && value >= 1 << (10 * (unit + 2))) ++unit;
        return string.concat(_decimals((value * 100) >> (10 * (unit + 1)), 2), " ", units[unit]);
    }

    /// @dev A number of 10^-places, without trailing zeros.
    function _decimals(uint256 value, uint256 places) private pure returns (string memory) {
        uint256 whole = value / 10 ** places;
        uint256 rest = value % 10 ** places;
        if (rest == 0) return whole.toString();
        while (rest % 10 == 0) {
            rest /= 10;
            --places;
        }
        bytes memory digits = new bytes(places);
        for (uint256 i = places; i > 0; --i) {
            digits[i - 1] = bytes1(uint8(48 + (rest % 10)));
            rest /= 10;
        }
        return string.concat(whole.toString(), ".", string(digits));
    }
}
